using System;
using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>How the endpoint is reached.</summary>
/// <param name="OnlyTls13">True if TLS 1.2 is not good enough.</param>
/// <param name="ConnectTimeout">How long a connection may take to come about.</param>
/// <param name="RequestTimeout">How long an answer may take, of a request without a long body.</param>
/// <param name="Variant">Which of AWS's endpoints.</param>
/// <param name="VirtualHost">True if another server's buckets stand in the host name.</param>
/// <param name="Compat">Whose server it is.</param>
sealed record EndpointChoice(AwsEndpoint Variant, bool VirtualHost, Compat Compat, ProxyChoice Proxy, bool OnlyTls13, TimeSpan ConnectTimeout, TimeSpan RequestTimeout);

/// <summary>Binds the options of <see cref="EndpointChoice"/>. Owned by the thread that reads the settings.</summary>
sealed class EndpointOptions(Effective given, List<Problem> problems, List<string> notes)
{
    /// <param name="endpoint">Null for AWS.</param>
    /// <param name="buckets">Those of all directories.</param>
    /// <param name="compat">Bound before, as others depend on it.</param>
    public EndpointChoice Bind(Uri? endpoint, Compat compat, IReadOnlyCollection<string> buckets)
    {
        JudgeAddress(endpoint, buckets);
        return new(BindVariant(endpoint, buckets), BindVirtualHost(endpoint), compat, BindProxy(), BindTls(), given.Seconds(OptionTable.ConnectTimeout), given.Seconds(OptionTable.RequestTimeout));
    }

    void JudgeAddress(Uri? endpoint, IReadOnlyCollection<string> buckets)
    {
        if (endpoint is null)
            return;
        if (EndpointRules.Address(endpoint, given.Text(OptionTable.Endpoint)!.Value.Place, buckets) is { } problem)
            problems.Add(problem);
        else if (EndpointRules.Doubt(endpoint, buckets) is { } doubt)
            notes.Add(NoteOf(doubt));
    }

    /// <summary>A doubt as a run says it.</summary>
    public static string NoteOf(in Problem doubt) => $"{doubt.What}: {doubt.Hint}";

    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html: no dots in the name. With FIPS there is no accelerated endpoint
    // (https://docs.aws.amazon.com/general/latest/gr/s3.html), and an access point has none either.
    AwsEndpoint BindVariant(Uri? endpoint, IReadOnlyCollection<string> buckets)
    {
        var variant = AwsEndpoint.Plain;
        foreach (var (option, flag) in (ReadOnlySpan<(Option, AwsEndpoint)>)[(OptionTable.DualStack, AwsEndpoint.DualStack), (OptionTable.Fips, AwsEndpoint.Fips), (OptionTable.Accelerate, AwsEndpoint.Accelerated)])
        {
            if (!given.Flag(option))
                continue;
            variant |= flag;
            if (endpoint is not null)
                problems.Add(new($"{option.LongName} chooses one of AWS's own addresses, but {OptionTable.Endpoint.LongName} names another", $"leave one of them out"));
        }
        if (!variant.HasFlag(AwsEndpoint.Accelerated))
            return variant;
        if (variant.HasFlag(AwsEndpoint.Fips))
            problems.Add(new($"there is no accelerated endpoint with {OptionTable.Fips.LongName}", $"leave out {OptionTable.Accelerate.LongName} or {OptionTable.Fips.LongName}"));
        foreach (var bucket in buckets)
        {
            if (bucket.Contains('.') || AccessPoint.IsArn(bucket))
                problems.Add(new($"{OptionTable.Accelerate.LongName}: {Problem.Quote(bucket)} cannot be accelerated", "S3 accelerates buckets without dots in their names, by these names"));
        }
        return variant;
    }

    bool BindVirtualHost(Uri? endpoint)
    {
        if (!given.Flag(OptionTable.VirtualHost))
            return false;
        if (endpoint is null)
            problems.Add(new($"{OptionTable.VirtualHost.LongName} is for a server of one's own; on AWS the bucket is in the host name anyway", $"leave it out, or give {OptionTable.Endpoint.LongName} URL"));
        else if (endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
            problems.Add(new($"{OptionTable.VirtualHost.LongName}: nothing can stand in front of the address {endpoint.Host}", "give the server's name, below which it has a name for each bucket, or leave it out"));
        return true;
    }

    /// <summary>Whose server it is said to be; at an address of AWS there is no other.</summary>
    public Compat BindCompat(bool aws)
    {
        var compat = (Compat)OptionTable.Compat.Choices.IndexOf(given.Choice(OptionTable.Compat));
        if (aws && compat is not (Compat.Auto or Compat.Aws or Compat.Generic))
            problems.Add(new($"{OptionTable.Compat.LongName} {OptionTable.Compat.Choices[(int)compat]} is no server of AWS", $"give its address with {OptionTable.Endpoint.LongName} URL, or leave {OptionTable.Compat.LongName} out"));
        return compat;
    }

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
