using System;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http;

namespace S3Sync.Storage;

/// <summary>
/// Says of each request through which proxy it goes: a named one, or the one of the environment. Its addresses hold no password, as they are
/// said where something fails. Immutable; any thread.
/// </summary>
sealed class EndpointProxy : IWebProxy
{
    readonly Uri? address;
    readonly IWebProxy? system;
    readonly DirectHosts direct;

    EndpointProxy(Uri? address, IWebProxy? system, DirectHosts direct, ICredentials? credentials) =>
        (this.address, this.system, this.direct, Credentials) = (address, system, direct, credentials);

    /// <summary>The proxy's.</summary>
    public ICredentials? Credentials { get; set; }

    /// <summary>What a handler is to use: a proxy of ours; none (false); or .NET's own, which on Windows tries one after the other of those that a script names.</summary>
    public static (bool Use, EndpointProxy? Proxy) Of(ProxyChoice choice)
    {
        if (!choice.IsSystem)
        {
            return choice.Address is null ? (false, null) : (true, new(choice.Address, null, new(choice.Direct), choice.Login));
        }
        if (HasEnvironment())
        {
            // .NET knows neither "*" nor networks in NO_PROXY, and no domain without a dot in front.
            ImmutableArray<string> both = [.. choice.Direct, .. DirectHosts.Split(Variable("no_proxy") ?? "")];
            return (true, OfSystem(new(both)));
        }
        return !OperatingSystem.IsWindows() ? (false, null) : choice.Direct.IsEmpty ? (true, null) : (true, OfSystem(new(choice.Direct)));
    }

    public Uri? GetProxy(Uri destination)
    {
        if (direct.Contains(destination))
        {
            return null;
        }
        if (address is not null)
        {
            return address;
        }
        var found = system!.IsBypassed(destination) ? null : system.GetProxy(destination);
        return found is { UserInfo.Length: > 0 } ? new UriBuilder(found) { UserName = "", Password = "" }.Uri : found;
    }

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    static EndpointProxy OfSystem(DirectHosts direct) => new(null, HttpClient.DefaultProxy, direct, HttpClient.DefaultProxy.Credentials);

    static bool HasEnvironment() => Variable("https_proxy") is not null || Variable("http_proxy") is not null || Variable("all_proxy") is not null;

    /// <summary>As .NET looks for it: small letters first, then capitals, which on Windows are the same. Null where it is empty.</summary>
    static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : Environment.GetEnvironmentVariable(name.ToUpperInvariant()) is { Length: > 0 } other ? other : null;
}
