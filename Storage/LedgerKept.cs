using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>Uploaded files that s3sync keeps because a fresh proof is missing, and files that are missing here.</summary>
sealed partial class Ledger
{
    const int Page = 1000;

    /// <summary>What an operator can have uploaded again: not what waits for its deletion as planned.</summary>
    public static readonly FailureCode[] Reuploadable =
        [FailureCode.ObjectMissing, FailureCode.ObjectDiffers, FailureCode.Unverifiable, FailureCode.OtherAddress, FailureCode.Released];

    /// <summary>Records that an uploaded file is missing here, although s3sync did not delete it.</summary>
    public void SetMissing(int root, string path, long time, string? error)
    {
        using var statement = new Statement(
            database, "UPDATE file SET missing = ?3, due = NULL, parked = NULL, code = NULL, error = ?4 WHERE root = ?1 AND path = ?2");
        statement.Bind(1, root).Bind(2, path).Bind(3, time).Bind(4, error).Run();
        attempts.Forget(root, path);
    }

    /// <summary>As the column has it.</summary>
    static long? NumberOf(FailureCode code) => code == FailureCode.None ? null : (long)code;

    /// <summary>Records why a file that was just added cannot be uploaded.</summary>
    void SetCode(int root, string path, FailureCode code)
    {
        using var statement = new Statement(database, "UPDATE file SET code = ?3 WHERE root = ?1 AND path = ?2");
        statement.Bind(1, root).Bind(2, path).Bind(3, NumberOf(code)).Run();
    }

    void ForgetCode(int root, string path)
    {
        using var statement = new Statement(database, "UPDATE file SET code = NULL WHERE root = ?1 AND path = ?2");
        statement.Bind(1, root).Bind(2, path).Run();
    }

    /// <summary>Records that a missing file is here again. <paramref name="dueAt"/> is when to delete it, null to keep it.</summary>
    public void SetReturned(int root, string path, long? dueAt)
    {
        using var statement = new Statement(
            database, "UPDATE file SET missing = NULL, due = ?3, attempts = 0, waits = 0, error = NULL WHERE root = ?1 AND path = ?2");
        statement.Bind(1, root).Bind(2, path).Bind(3, dueAt).Run();
    }

    /// <summary>At most <paramref name="limit"/> paths of kept files with one of these codes, in order, behind <paramref name="after"/>.</summary>
    public List<string> KeptPaths(int root, IReadOnlyList<FailureCode> codes, string after, int limit)
    {
        var list = string.Join(',', codes.Select(code => (int)code));
        using var statement = new Statement(database, $"""
            SELECT path FROM file INDEXED BY kept WHERE root = ?1 AND code <= 5 AND code IN ({list}) AND path > ?2 ORDER BY path LIMIT ?3
            """);
        List<string> paths = [];
        for (statement.Bind(1, root).Bind(2, after).Bind(3, limit); statement.Step();)
        {
            paths.Add(statement.Text(0));
        }
        return paths;
    }

    /// <summary>
    /// Forgets the receipt of a file that is kept for one of these codes and makes it due for upload; false if there is no such file.
    /// </summary>
    public bool Reupload(int root, string path, long time)
    {
        using var statement = new Statement(database, $"""
            UPDATE file SET uploaded = NULL, due = ?3, parked = NULL, attempts = 0, waits = 0, error = NULL, code = NULL, target = NULL,
                kind = NULL, checksum = NULL, etag = NULL, version = NULL, key = NULL
            WHERE root = ?1 AND path = ?2 AND uploaded IS NOT NULL AND deleted IS NULL AND again IS NULL AND missing IS NULL
                AND code IN ({string.Join(',', Reuploadable.Select(code => (int)code))})
            """);
        if (statement.Bind(1, root).Bind(2, path).Bind(3, time).Run() == 0)
        {
            return false;
        }
        // It waits for an upload again: the sums count it as found once more.
        counters.At(root, time).AddFound(null, 1);
        attempts.Forget(root, path);
        return true;
    }

    /// <summary>Has a file deleted once the address it was uploaded to confirms the object; false if it was not kept for that address.</summary>
    public bool Release(int root, string path, long time)
    {
        using var statement = new Statement(database, $"""
            UPDATE file SET code = {(int)FailureCode.Released}, due = ?3, parked = NULL, attempts = 0, waits = 0, error = NULL
            WHERE root = ?1 AND path = ?2 AND code = {(int)FailureCode.OtherAddress}
            """);
        return statement.Bind(1, root).Bind(2, path).Bind(3, time).Run() > 0;
    }

    /// <summary>Has kept files uploaded again, or released; returns how many. Within a transaction.</summary>
    /// <param name="isInWork">True for a path that a run has handed out: it is left out.</param>
    public int Do(OperatorRequest wanted, int root, long time, Func<string, bool> isInWork)
    {
        var count = 0;
        if (wanted.Choice == OperatorChoice.Path)
        {
            return Do(wanted.Verb, root, wanted.Path, time, isInWork);
        }
        var after = "";
        for (List<string> page; (page = KeptPaths(root, wanted.Codes, after, Page)).Count > 0; after = page[^1])
        {
            foreach (var path in page)
            {
                count += Do(wanted.Verb, root, path, time, isInWork);
            }
        }
        return count;
    }

    int Do(OperatorVerb verb, int root, string path, long time, Func<string, bool> isInWork) =>
        !isInWork(path) && (verb == OperatorVerb.Release ? Release(root, path, time) : Reupload(root, path, time)) ? 1 : 0;

    /// <summary>Gives files that were uploaded to another address their turn now, if the settings may name that address again.</summary>
    public void Reconsider(int root, Root at, string endpoint, long time)
    {
        using var statement = new Statement(database, $"""
            UPDATE file INDEXED BY kept SET due = ?2, parked = NULL
            WHERE root = ?1 AND code <= 5 AND code = {(int)FailureCode.OtherAddress} AND due > ?2 AND (key IS NOT NULL
                OR target IN (SELECT id FROM target WHERE bucket = ?3 AND prefix = ?4 AND endpoint IN (?5, '')))
            """);
        statement.Bind(1, root).Bind(2, time).Bind(3, at.Bucket).Bind(4, at.Prefix).Bind(5, endpoint).Run();
    }
}
