using System;
using System.Collections.Immutable;
using System.Net;

namespace S3Sync.Storage;

/// <summary>Which proxy the settings name.</summary>
/// <param name="Address">Scheme, host and port; null for none, or for the system's.</param>
/// <param name="IsSystem">True for what the environment says (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY), else Windows' own setting.</param>
/// <param name="Direct">Hosts that are reached without one, as <see cref="DirectHosts"/> reads them.</param>
sealed record ProxyChoice(Uri? Address, bool IsSystem, ImmutableArray<string> Direct)
{
    public static readonly ProxyChoice System = new(null, true, []);

    /// <summary>For the proxy alone; null where it asks for none. Never shown.</summary>
    public NetworkCredential? Login { get; init; }

    /// <summary>As it may be said: without user and password.</summary>
    public override string ToString() => $"{(IsSystem ? "system" : Address is { } address ? NameOf(address) : "none")}{(Direct.Length > 0 ? $", but for {string.Join(", ", Direct)}" : "")}";

    /// <summary>A proxy's address without a user and a password that stand in it.</summary>
    public static string NameOf(Uri proxy) => $"{proxy.Scheme}://{proxy.Authority}";
}
