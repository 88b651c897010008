using System;
using System.Collections.Generic;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>A multipart upload in the ledger.</summary>
/// <param name="Id">The ledger's number of it.</param>
/// <param name="Root">The ledger's number of the file's root.</param>
/// <param name="Path">The file.</param>
/// <param name="Upload">Without its parts.</param>
readonly record struct LedgerUpload(long Id, int Root, string Path, PartialUpload Upload);

/// <summary>
/// Remembers multipart uploads that are neither completed nor aborted, so that a later run goes on with them, or aborts what nobody will go on with:
/// what was sent of them is stored and billed. Owned by the ledger and used by its thread only. Times in milliseconds since 1970 UTC.
/// </summary>
sealed class LedgerUploads : IDisposable
{
    readonly Statement all, add, addPart, touch, parts, remove, removeParts, abandon, abandonOld;

    public LedgerUploads(sqlite3 database)
    {
        all = new(database, "SELECT id, root, path, bucket, key, upload_id, kind, part_size, headers FROM upload WHERE stale = ?1 ORDER BY touched, id");
        add = new(database, "INSERT INTO upload (root, path, bucket, key, upload_id, kind, part_size, headers, touched) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id");
        addPart = new(database, "INSERT OR REPLACE INTO part (upload, number, length, checksum, etag) VALUES (?1, ?2, ?3, ?4, ?5)");
        touch = new(database, "UPDATE upload SET touched = ?2 WHERE id = ?1");
        parts = new(database, "SELECT number, length, checksum, etag FROM part WHERE upload = ?1");
        remove = new(database, "DELETE FROM upload WHERE id = ?1");
        removeParts = new(database, "DELETE FROM part WHERE upload = ?1");
        abandon = new(database, "UPDATE upload SET stale = 1 WHERE id = ?1");
        abandonOld = new(database, """
            UPDATE upload SET stale = 1 WHERE stale = 0 AND (touched < ?1
                OR NOT EXISTS (SELECT 1 FROM file WHERE file.root = upload.root AND file.path = upload.path AND file.uploaded IS NULL AND file.deleted IS NULL))
            """);
    }

    /// <summary>Those to go on with, or those that are only to be aborted; the longest untouched first.</summary>
    public List<LedgerUpload> All(bool stale)
    {
        List<LedgerUpload> found = [];
        all.Bind(1, stale ? 1 : 0);
        while (all.Step())
        {
            found.Add(new(all.Number(0), (int)all.Number(1), all.Text(2), new(all.Text(3), all.Text(4), all.Text(5), (ChecksumKind)all.Number(6), (int)all.Number(7), all.Number(8))));
        }
        return found;
    }

    /// <summary>Records one that was begun; returns the ledger's number of it.</summary>
    public long Add(int root, string path, PartialUpload upload, long time)
    {
        add.Bind(1, root).Bind(2, path).Bind(3, upload.Bucket).Bind(4, upload.Key).Bind(5, upload.UploadId)
            .Bind(6, (long)upload.Kind).Bind(7, upload.PartSize).Bind(8, upload.Headers).Bind(9, time);
        add.Step();
        var id = add.Number(0);
        add.Reset();
        return id;
    }

    /// <summary>Records a part that the server has; an earlier one of that number is replaced, as it is there.</summary>
    public void AddPart(long id, int number, in StoredPart part, long time)
    {
        addPart.Bind(1, id).Bind(2, number).Bind(3, part.Length).Bind(4, part.Checksum).Bind(5, part.ETag).Run();
        touch.Bind(1, id).Bind(2, time).Run();
    }

    public Dictionary<int, StoredPart> Parts(long id)
    {
        Dictionary<int, StoredPart> found = [];
        parts.Bind(1, id);
        while (parts.Step())
        {
            found[(int)parts.Number(0)] = new(parts.Number(1), parts.Text(2), parts.Text(3));
        }
        return found;
    }

    /// <summary>It is completed, or aborted.</summary>
    public void Remove(long id)
    {
        removeParts.Bind(1, id).Run();
        remove.Bind(1, id).Run();
    }

    /// <summary>Nobody will go on with it: it is to be aborted.</summary>
    public void Abandon(long id) => abandon.Bind(1, id).Run();

    /// <summary>The same of all whose file waits for no upload any more, and of those untouched since that time. Returns how many.</summary>
    public int AbandonOld(long untouchedSince) => abandonOld.Bind(1, untouchedSince).Run();

    public void Dispose()
    {
        foreach (var statement in (Statement[])[all, add, addPart, touch, parts, remove, removeParts, abandon, abandonOld])
        {
            statement.Dispose();
        }
    }
}
