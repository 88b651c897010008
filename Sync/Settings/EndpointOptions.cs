using System;
using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>How the endpoint is reached.</summary>
/// <param name="OnlyTls13">True if TLS 1.2 is not good enough.</param>
/// <param name="ConnectTimeout">How long a connection may take to come about.</param>
/// <param name="RequestTimeout">How long an answer may take, of a request without a long body.</param>
sealed record EndpointChoice(ProxyChoice Proxy, bool OnlyTls13, TimeSpan ConnectTimeout, TimeSpan RequestTimeout);

/// <summary>Binds the options of <see cref="EndpointChoice"/>. Owned by the thread that reads the settings.</summary>
sealed class EndpointOptions(Effective given, List<Problem> problems, List<string> notes)
{
    public EndpointChoice Bind() => new(BindProxy(), BindTls(), given.Seconds(OptionTable.ConnectTimeout), given.Seconds(OptionTable.RequestTimeout));

    ProxyChoice BindProxy()
    {
        var choice = ProxyChoice.System;
        if (given.Text(OptionTable.Proxy) is { } url)
        {
            if (EndpointRules.Proxy(url.Text, url.Place, out choice) is { } problem)
                problems.Add(problem);
            if (choice.Login is not null && given.Origins[OptionTable.Proxy.Name] == Origin.CommandLine)
                notes.Add($"the password of the proxy stands on the command line, where every user of this machine can read it; give it as {OptionTable.Proxy.EnvironmentName} or \"{OptionTable.Proxy.JsonKey}\" in the JSON file");
        }
        if (given.Text(OptionTable.NoProxy) is not { } list)
            return choice;
        var hosts = DirectHosts.Split(list.Text);
        foreach (var host in hosts)
        {
            if (EndpointRules.DirectHost(host, list.Place) is { } problem)
                problems.Add(problem);
        }
        return choice with { Direct = hosts };
    }

    bool BindTls()
    {
        var only13 = given.Choice(OptionTable.TlsMin) == "1.3";
        if (only13 && !BucketConnections.HasTls13)
            problems.Add(new($"{OptionTable.TlsMin.LongName} 1.3: this Windows does not speak TLS 1.3", "it came with Windows 11 and Server 2022; leave it out for 1.2"));
        return only13;
    }
}
