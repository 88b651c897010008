using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace S3Sync.Storage;

/// <summary>
/// The hosts that are reached without a proxy: "example.com" and all below it (".example.com" and "*.example.com" are the same), an address,
/// a network (10.0.0.0/8), each with ":port" perhaps, or "*" for all: as curl and Go read NO_PROXY. Immutable; any thread.
/// </summary>
sealed class DirectHosts(ImmutableArray<string> entries)
{
    /// <summary>The entries of a list with commas.</summary>
    public static ImmutableArray<string> Split(string list) => [.. list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    public bool IsEmpty => entries.IsEmpty;

    /// <summary>
    /// True for a host that needs no proxy. This machine and its own neighbourhood never do: localhost, and the link-local addresses at which
    /// clouds tell a machine its credentials. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
    /// </summary>
    public bool Contains(Uri uri)
    {
        if (uri.IsLoopback || IsNear(uri.DnsSafeHost))
        {
            return true;
        }
        foreach (var entry in entries)
        {
            if (Fits(entry, uri))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True for text that is an entry.</summary>
    public static bool IsEntry(string entry)
    {
        var (host, _) = Cut(entry);
        return host == "*" || IPNetwork.TryParse(host, out _) || Uri.CheckHostName(Bare(host)) != UriHostNameType.Unknown;
    }

    static bool IsNear(string host) =>
        IPAddress.TryParse(host, out var address) && (address.IsIPv6LinkLocal || address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..] || host.StartsWith("fd00:ec2:", StringComparison.OrdinalIgnoreCase));

    static bool Fits(string entry, Uri uri)
    {
        var (host, port) = Cut(entry);
        if (port is { } only && only != uri.Port)
        {
            return false;
        }
        if (host == "*")
        {
            return true;
        }
        var name = uri.DnsSafeHost;
        if (IPAddress.TryParse(name, out var address))
        {
            return IPNetwork.TryParse(host, out var network) ? network.Contains(address) : IPAddress.TryParse(host, out var one) && one.Equals(address);
        }
        var bare = Bare(host);
        return name.EndsWith(bare, StringComparison.OrdinalIgnoreCase) && (name.Length == bare.Length || name[^(bare.Length + 1)] == '.');
    }

    // "*.example.com" and ".example.com" mean what "example.com" means.
    static string Bare(string host) => host.TrimStart('*').TrimStart('.').Trim('[', ']');

    static (string Host, int? Port) Cut(string entry)
    {
        var colon = entry.LastIndexOf(':');
        // An address of IPv6 has colons of its own, unless it stands in brackets.
        return colon > 0 && (entry.IndexOf(':') == colon || entry[colon - 1] == ']') && int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (entry[..colon], port)
            : (entry, null);
    }
}
