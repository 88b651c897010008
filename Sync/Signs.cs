using System;
using System.Collections.Generic;
using System.IO;

namespace S3Sync.Sync;

/// <summary>
/// Files of a watched directory that tell us something and are never uploaded: its marker, and the sentinels, each of which releases the file whose
/// name it has with a suffix behind. No filter has a say in them. Immutable.
/// </summary>
/// <param name="Marker">The name of the marker file; null for none.</param>
/// <param name="Sentinel">The suffix; null where files need no sentinel.</param>
sealed record Signs(string? Marker, string? Sentinel)
{
    public static readonly Signs None = new(null, null);

    static readonly StringComparison Comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>The rules that leave them out.</summary>
    public IReadOnlyList<Rule> Rules { get; } =
    [
        .. Marker is null ? [] : (Rule[])[Rule.OfOption($"--root-marker {Marker}", $"--root-marker {Marker} (it is the marker file)", $"/{Marker}")],
        .. Sentinel is null ? [] : (Rule[])[Rule.OfOption($"--sentinel {Sentinel}", $"--sentinel {Sentinel} (it releases another file)", $"*{Sentinel}")],
    ];

    /// <summary>The file that a sentinel releases; null where the path is none's.</summary>
    public string? ReleasedBy(string path) =>
        Sentinel is not null && path.EndsWith(Sentinel, Comparison) && Path.GetFileName(path.AsSpan()).Length > Sentinel.Length ? path[..^Sentinel.Length] : null;
}
