using System;
using System.Collections.Generic;
using System.Text;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>All that the ledger knows of one file. Times in milliseconds since 1970 UTC.</summary>
/// <param name="RootId">The ledger's number of the watched directory.</param>
/// <param name="Bucket">Where it was uploaded to; null before.</param>
readonly record struct LedgerEntry(
    int RootId, string Root, string Path, long Found, long? Uploaded, long? Deleted, long? Again, long? Due, long? Parked, int Attempts, int Waits,
    string? Error, long? Size, string? Bucket, string? Prefix, Receipt Receipt)
{
    public Stage Stage => Row.StageOf(Uploaded, Deleted, Again, Missing);

    /// <summary>Since when it is missing here, although s3sync did not delete it; null while it is here.</summary>
    public long? Missing { get; init; }

    /// <summary>As in <see cref="Stamp.Modified"/>; 0 where that is not known.</summary>
    public long Modified { get; init; }

    /// <summary>Why it is kept although it was uploaded.</summary>
    public FailureCode Code { get; init; }

    /// <summary>The object store it was uploaded to; null before, empty where that was not recorded.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The key that a template, or another program, made for it; null where it follows from prefix and path.</summary>
    public string? OddKey { get; init; }

    /// <summary>The key it was uploaded to; null before.</summary>
    public string? Key => OddKey ?? (Bucket is not null && Keys.Make(new(RootId, Root, Bucket, Prefix ?? ""), Path, out var key) == KeyVerdict.Ok ? key : null);

    /// <summary>The address it was uploaded to; null before.</summary>
    public ObjectAddress? Address => Key is { } key && Bucket is not null ? new(Endpoint ?? "", Bucket, key) : null;

    /// <summary>The local path.</summary>
    public string FullPath => System.IO.Path.Join(Root, Path);
}

/// <summary>Which unfinished files to list.</summary>
enum LedgerList
{
    Pending,
    Parked,
    Conflicts,
    /// <summary>Uploaded and kept, as the bucket does not confirm the object.</summary>
    Unconfirmed,
    /// <summary>Uploaded to another address than the settings name now.</summary>
    Elsewhere,
    /// <summary>Uploaded and missing here, although s3sync did not delete them.</summary>
    Missing,
}

/// <summary>Reads whole entries of a ledger. One thread.</summary>
sealed class LedgerEntries(LedgerReader reader)
{
    const string Select = """
        SELECT file.root, root.path, file.path, found, uploaded, deleted, again, due, parked, attempts, waits, error, size, bucket, prefix,
            kind, checksum, iif(typeof(etag) = 'blob', lower(hex(etag)), etag), version, file.key, missing, code, endpoint, modified
        FROM file JOIN root ON root.id = file.root LEFT JOIN target ON target.id = file.target
        """;

    /// <summary>The entry of a file; null if the ledger has no such name.</summary>
    public LedgerEntry? Find(int root, string path)
    {
        using var statement = reader.Prepare($"{Select} WHERE file.root = ?1 AND file.path = ?2");
        var found = Read(statement.Bind(1, root).Bind(2, path));
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>The latest failed attempts on a file, the latest last; none where it is finished, or none failed.</summary>
    public List<LedgerAttempt> Attempts(int root, string path)
    {
        using var statement = reader.Prepare("SELECT time, error, request, next FROM attempt WHERE root = ?1 AND path = ?2 ORDER BY time");
        List<LedgerAttempt> attempts = [];
        for (statement.Bind(1, root).Bind(2, path); statement.Step();)
        {
            attempts.Add(new(statement.Number(0), statement.TextOrNull(1), statement.TextOrNull(2), statement.NumberOrNull(3)));
        }
        return attempts;
    }

    /// <summary>How many parts of an unfinished file are in the bucket, and their bytes.</summary>
    public (long Count, long Bytes) Parts(int root, string path)
    {
        using var statement = reader.Prepare("SELECT count(*), sum(length) FROM part WHERE upload IN (SELECT id FROM upload WHERE root = ?1 AND path = ?2 AND stale = 0)");
        statement.Bind(1, root).Bind(2, path).Step();
        return (statement.Number(0), statement.Number(1));
    }

    /// <summary>At most so many unfinished files, those first whose turn comes first.</summary>
    public List<LedgerEntry> List(LedgerList list, int limit)
    {
        using var statement = reader.Prepare(Select + " WHERE " + list switch
        {
            LedgerList.Pending => "uploaded IS NULL AND due IS NOT NULL",
            LedgerList.Parked => "parked IS NOT NULL",
            LedgerList.Unconfirmed => "code IN (1, 2, 3)",
            LedgerList.Elsewhere => "code IN (4, 5)",
            LedgerList.Missing => "missing IS NOT NULL AND deleted IS NULL AND again IS NULL",
            // The two ways in which a key is not ours to take.
            _ => "parked IS NOT NULL AND code IN (10, 11)",
        } + " ORDER BY due LIMIT ?1");
        return Read(statement.Bind(1, limit));
    }

    /// <summary>
    /// The next page of files with a receipt, in the order of root and path, behind the one given. Pages, and not one long look:
    /// that would keep the ledger's log from being written back for hours.
    /// </summary>
    public List<LedgerEntry> Receipts(int afterRoot, string afterPath, long since, int limit)
    {
        using var statement = reader.Prepare($"{Select} WHERE (file.root, file.path) > (?1, ?2) AND uploaded >= ?3 ORDER BY file.root, file.path LIMIT ?4");
        var page = Read(statement.Bind(1, afterRoot).Bind(2, afterPath).Bind(3, since).Bind(4, limit));
        // A path that is no text, or has a zero in it, is read as another than it is sorted by: the pages would never end.
        return page.Count == 0 || IsBehind(page[^1], afterRoot, afterPath) ? page
            : throw new LedgerException($"ledger: the row of {Shown.Name(page[^1].Path)} has a path that cannot be", LedgerException.Damaged);
    }

    /// <summary>As SQLite has it: by the bytes of UTF-8.</summary>
    static bool IsBehind(LedgerEntry last, int root, string path) =>
        last.RootId > root || (last.RootId == root && Encoding.UTF8.GetBytes(last.Path).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(path)) > 0);

    static List<LedgerEntry> Read(Statement s)
    {
        List<LedgerEntry> entries = [];
        while (s.Step())
        {
            entries.Add(new(
                (int)s.Number(0), s.Text(1), s.Text(2), s.Number(3), s.NumberOrNull(4), s.NumberOrNull(5), s.NumberOrNull(6), s.NumberOrNull(7), s.NumberOrNull(8),
                (int)s.Number(9), s.Number(10) is < Retry.HeldBack and var waits ? (int)waits : 1, s.TextOrNull(11), s.NumberOrNull(12), s.TextOrNull(13), s.TextOrNull(14),
                new((ChecksumKind)s.Number(15), s.TextOrNull(16) ?? "", s.TextOrNull(17) ?? "", s.TextOrNull(18)))
            {
                OddKey = s.TextOrNull(19),
                Missing = s.NumberOrNull(20),
                Code = (FailureCode)s.Number(21),
                Endpoint = s.TextOrNull(22),
                Modified = s.Number(23),
            });
        }
        return entries;
    }
}
