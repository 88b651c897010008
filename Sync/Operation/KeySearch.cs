using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>
/// Finds the file an object came from: by the prefixes of today and of earlier settings, by the spellings of the former program,
/// and by keys as they are shown or as addresses have them. One thread.
/// </summary>
sealed class KeySearch(IReadOnlyList<LedgerRoot> roots, LedgerEntries entries, LedgerKeys keys)
{
    /// <summary>The entry; null if the ledger knows no file with this key.</summary>
    /// <param name="written">The key as a person wrote it.</param>
    public LedgerEntry? Find(string bucket, string written)
    {
        var readings = Readings(written);
        var heads = HeadsOf(bucket);
        foreach (var key in readings)
        {
            foreach (var root in roots)
            {
                // What the former program put before every path: the directory's own name.
                foreach (var head in (IEnumerable<string>)[.. heads, Keys.Head(Path.GetFileName(root.Path))])
                {
                    if (At(root, bucket, head, key) is { } entry)
                    {
                        return entry;
                    }
                }
            }
        }
        foreach (var key in readings)
        {
            if (keys.FindOdd(bucket, key) is { } odd)
            {
                return entries.Find(odd.Root, odd.Path);
            }
        }
        return null;
    }

    HashSet<string> HeadsOf(string bucket)
    {
        HashSet<string> heads = [];
        foreach (var root in roots)
        {
            if (root.Bucket == bucket)
            {
                heads.Add(Keys.Head(root.Prefix ?? ""));
            }
        }
        foreach (var target in keys.Targets())
        {
            if (target.Bucket == bucket)
            {
                heads.Add(Keys.Head(target.Prefix));
            }
        }
        return heads;
    }

    /// <summary>The entry of a root whose key is this one, if it begins with that head.</summary>
    LedgerEntry? At(LedgerRoot root, string bucket, string head, string key)
    {
        foreach (var spelled in (ReadOnlySpan<string>)[key, key.Replace('\\', '/')])
        {
            if (spelled.Length > head.Length && spelled.StartsWith(head, StringComparison.Ordinal)
                && entries.Find(root.Id, spelled[head.Length..].Replace('/', Path.DirectorySeparatorChar)) is { } entry
                && (entry.Key is null ? IsKeyToBe(root, bucket, entry.Path, key) : entry.Bucket == bucket && entry.Key == key))
            {
                return entry;
            }
        }
        return null;
    }

    static bool IsKeyToBe(LedgerRoot root, string bucket, string path, string key) =>
        root.AsRoot is { } real && real.Bucket == bucket && Keys.Make(real, path, out var made) == KeyVerdict.Ok && made == key;

    /// <summary>What may be meant: the key itself first, then what <see cref="Shown.Name"/> shows so, then what an address has in this form.</summary>
    static List<string> Readings(string written)
    {
        List<string> readings = [written];
        foreach (var other in (ReadOnlySpan<string>)[WithoutEscapes(written), Uri.UnescapeDataString(written)])
        {
            if (!readings.Contains(other))
            {
                readings.Add(other);
            }
        }
        return readings;
    }

    /// <summary>Takes back what <see cref="Shown.Name"/> does: <c>\u000A</c>.</summary>
    static string WithoutEscapes(string shown)
    {
        var text = new StringBuilder(shown.Length);
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown.AsSpan(i).StartsWith("\\u") && i + 6 <= shown.Length && ushort.TryParse(shown.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                text.Append((char)code);
                i += 5;
            }
            else
            {
                text.Append(shown[i]);
            }
        }
        return text.ToString();
    }
}
