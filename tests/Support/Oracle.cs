using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using S3Sync.Sync;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Support;

/// <summary>What is known of some bytes: enough to recognise them.</summary>
readonly record struct Fingerprint(long Size, string Sha256)
{
    public static Fingerprint Of(ReadOnlySpan<byte> bytes) => new(bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>Null if there is no regular file of that name.</summary>
    public static Fingerprint? OfFile(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.LinkTarget is not null)
            return null;
        using var stream = info.OpenRead();
        return new(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    public static Fingerprint Of(StoredObject stored)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        stored.Content.Read(0, stored.Size, bytes =>
        {
            hash.AppendData(bytes.Span);
            return default;
        }).GetAwaiter().GetResult();
        return new(stored.Size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

/// <summary>How many files the oracle found where.</summary>
readonly record struct OracleCount(int OnDisk, int InBucket, int Both);

/// <summary>
/// Knows every file ever produced and says whether each is safe: either it is still on disk with its bytes, or the bucket holds exactly those
/// bytes under its one key and the ledger has the receipt. Never neither, never two keys, never an object that was there before replaced.
/// </summary>
/// <param name="objects">Lists a bucket: fingerprints by key.</param>
/// <param name="ledger">The ledger's path.</param>
sealed class Oracle(Func<string, IReadOnlyDictionary<string, Fingerprint>> objects, string ledger)
{
    /// <summary>In the key of every object with which a run tries whether the server replaces objects.</summary>
    public const string Probe = ".s3sync-probe-";

    readonly Dictionary<(string Bucket, string Key), Produced> produced = [];
    readonly Dictionary<(string Bucket, string Key), Fingerprint> foreign = [];

    /// <summary>An oracle that looks into the local server.</summary>
    public static Oracle Of(S3Server server, string ledger) =>
        new(bucket => server.Objects(bucket).ToDictionary(one => one.Key, one => Fingerprint.Of(one.Value)), ledger);

    /// <summary>A file was produced, or given other bytes. <paramref name="path"/> is relative to the root.</summary>
    public void Expect(Root root, string path, ReadOnlySpan<byte> bytes) => Expect(root, path, Fingerprint.Of(bytes));

    /// <summary>The same for a file whose bytes are not in memory.</summary>
    public void Expect(Root root, string path, Fingerprint bytes)
    {
        var key = Key(root, path);
        if (produced.TryGetValue(key, out var known) && known.Root == root)
            known.Versions.Add(bytes);
        else if (!produced.TryAdd(key, new(root, path, [bytes])))
            // Two files that want one key: whoever is second must stay on disk, which is checked as of any other.
            produced.Add((key.Item1, key.Item2 + "\0" + root.Path), new(root, path, [bytes]) { Rival = key.Item2 });
    }

    /// <summary>The test itself took the file away: nothing is required of it any more.</summary>
    public void Removed(Root root, string path) => produced.Remove(Key(root, path));

    /// <summary>Somebody else's object is in the bucket: it must stay as it is.</summary>
    public void Foreign(string bucket, string key, ReadOnlySpan<byte> bytes) => foreign.Add((bucket, key), Fingerprint.Of(bytes));

    /// <summary>Fails the test with every violation there is, up to twenty.</summary>
    public OracleCount Check()
    {
        var violations = Violations(out var count);
        Assert.True(violations.Count == 0, $"{violations.Count} violations:\n{string.Join('\n', violations.Take(20))}");
        return count;
    }

    /// <summary>The same where the ledger was destroyed: then only disk and bucket can answer for a file.</summary>
    public OracleCount CheckWithoutLedger()
    {
        var violations = Violations(out var count, withLedger: false);
        Assert.True(violations.Count == 0, $"{violations.Count} violations:\n{string.Join('\n', violations.Take(20))}");
        return count;
    }

    /// <summary>What is wrong, a line each.</summary>
    public List<string> Violations(out OracleCount count, bool withLedger = true)
    {
        List<string> wrong = [];
        var rows = withLedger ? LedgerRows.All(ledger).ToDictionary(row => (row.Root, row.Path)) : [];
        var buckets = produced.Keys.Concat(foreign.Keys).Select(key => key.Bucket).Distinct().ToDictionary(bucket => bucket, objects);
        var (onDisk, inBucket, both) = (0, 0, 0);
        foreach (var ((bucket, key), file) in produced)
        {
            var row = rows.TryGetValue((file.Root.Path, file.Path.Replace('/', Path.DirectorySeparatorChar)), out var known) ? known : (LedgerRow?)null;
            var here = Fingerprint.OfFile(file.Root.FullPath(file.Path));
            var there = buckets[bucket].TryGetValue(file.Rival ?? key, out var seen) ? seen : (Fingerprint?)null;
            var isHere = here == file.Versions[^1];
            var isThere = there == file.Versions[^1];
            onDisk += isHere ? 1 : 0;
            inBucket += isThere ? 1 : 0;
            both += isHere && isThere ? 1 : 0;
            var name = $"{file.Root.FullPath(file.Path)} ({row?.Stage.ToString() ?? "no row"}, error {row?.Error ?? "none"})";
            if (!isHere && !isThere)
                wrong.Add($"LOST: {name}: on disk {here?.Size.ToString() ?? "nothing"}, in the bucket {there?.Size.ToString() ?? "nothing"}");
            else if (!isHere && withLedger && row is not { Uploaded: not null, Checksum: { Length: > 0 } })
                wrong.Add($"deleted without a receipt: {name}");
            if (row is { Uploaded: not null } && (there is not { } stored || !file.Versions.Contains(stored)))
                wrong.Add($"recorded as uploaded, but not in the bucket: {name}");
        }
        foreach (var (bucket, contents) in buckets)
            // What the program tried the server with may stay where the answer to its removal was lost, and replaces nothing.
            foreach (var (key, bytes) in contents.Where(one => !one.Key.Contains(Probe, StringComparison.Ordinal)))
                if (foreign.TryGetValue((bucket, key), out var before) ? before != bytes : !produced.TryGetValue((bucket, key), out var file) || !IsOf(bucket, key, file, bytes))
                    wrong.Add($"an object that nobody produced, or replaced: {bucket}/{key}, {bytes.Size} bytes");
        foreach (var (bucket, key) in foreign.Keys)
            if (!buckets[bucket].ContainsKey(key))
                wrong.Add($"an object of somebody else is gone: {bucket}/{key}");
        count = new(onDisk, inBucket, both);
        return wrong;
    }

    bool IsOf(string bucket, string key, Produced file, Fingerprint bytes) =>
        file.Versions.Contains(bytes) || produced.Any(other => other.Key.Bucket == bucket && other.Value.Rival == key && other.Value.Versions.Contains(bytes));

    /// <summary>The key a file must have, said once more in the simplest way.</summary>
    static (string Bucket, string Key) Key(Root root, string path)
    {
        var relative = Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/');
        return (root.Bucket, root.Prefix.Length == 0 ? relative : root.Prefix.TrimEnd('/') + "/" + relative);
    }

    sealed record Produced(Root Root, string Path, List<Fingerprint> Versions)
    {
        public string? Rival { get; init; }
    }
}
