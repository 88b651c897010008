using System;
using System.Net;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>What the way to an endpoint must look like. Pure; each rule gives the problem with a value, or null.</summary>
static class EndpointRules
{
    /// <summary>A proxy: none, system, or its URL, which may hold a user and a password. These are not shown.</summary>
    public static Problem? Proxy(string text, string place, out ProxyChoice choice)
    {
        choice = text.ToLowerInvariant() switch
        {
            "none" => new(null, false, []),
            _ => ProxyChoice.System,
        };
        if (text.ToLowerInvariant() is "none" or "system")
            return null;
        var shown = Problem.Quote(WithoutLogin(text));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            return new($"{place}: {shown} is not the URL of a proxy", "http://host:port, http://user:password@host:port with what is special in them as %XX, or none");
        if (url.Scheme != Uri.UriSchemeHttp)
            return new($"{place}: {shown} is not an http URL", "the way to the proxy is http://host:port; https to S3 goes through it unread, by CONNECT");
        if (url.AbsolutePath != "/" || url.Query.Length > 0 || url.Fragment.Length > 0)
            return new($"{place}: {shown} has more than a host and a port", "leave out what follows them");
        choice = new(new($"{url.Scheme}://{url.Authority}"), false, []) { Login = LoginOf(url.UserInfo) };
        return null;
    }

    /// <summary>A host that is reached without a proxy.</summary>
    public static Problem? DirectHost(string host, string place) =>
        DirectHosts.IsEntry(host) ? null : new($"{place}: {Problem.Quote(host)} is not a host", "names, which stand for all below them too, addresses, networks, or *: example.com,10.0.0.0/8");

    /// <summary>A URL as it may be shown.</summary>
    public static string WithoutLogin(string url)
    {
        var (start, at) = (url.IndexOf("://", StringComparison.Ordinal), url.LastIndexOf('@'));
        return at < 0 ? url : $"{(start < 0 || start > at ? "" : url[..(start + 3)])}***@{url[(at + 1)..]}";
    }

    static NetworkCredential? LoginOf(string userInfo)
    {
        if (userInfo.Length == 0)
            return null;
        var colon = userInfo.IndexOf(':');
        return colon < 0 ? new(Uri.UnescapeDataString(userInfo), "") : new(Uri.UnescapeDataString(userInfo[..colon]), Uri.UnescapeDataString(userInfo[(colon + 1)..]));
    }
}
