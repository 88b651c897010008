using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace S3Sync.Tests.Support.S3;

/// <summary>One part as it was received.</summary>
sealed record Part(int Number, Content Content, byte[] Md5, string ETag, Checksum? Checksum, DateTimeOffset Modified);

/// <summary>A multipart upload under way. Parts may arrive together; each number keeps the last that arrived.</summary>
sealed class MultipartUpload(string id, string key, DateTimeOffset initiated)
{
    readonly Lock gate = new();
    readonly SortedDictionary<int, Part> parts = [];

    public string Id => id;

    public string Key => key;

    public DateTimeOffset Initiated => initiated;

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public string? Tagging { get; init; }

    /// <summary>As named at its creation; null where nothing was, which makes S3 compute CRC64NVME itself.</summary>
    public ChecksumAlgorithm? Algorithm { get; init; }

    /// <summary>True for a checksum of the parts' checksums, false for one of the whole object.</summary>
    public bool Composite { get; init; }

    public void Put(Part part)
    {
        lock (gate)
        {
            if (parts.TryGetValue(part.Number, out var replaced))
                replaced.Content.Dispose();
            parts[part.Number] = part;
        }
    }

    public Part? Find(int number)
    {
        lock (gate)
            return parts.GetValueOrDefault(number);
    }

    /// <summary>By number. A copy.</summary>
    public Part[] Parts()
    {
        lock (gate)
            return [.. parts.Values];
    }

    /// <summary>Deletes what the parts occupy, but for those that became an object.</summary>
    public void Drop(IEnumerable<Part> but)
    {
        foreach (var part in Parts().Except(but))
            part.Content.Dispose();
    }
}
