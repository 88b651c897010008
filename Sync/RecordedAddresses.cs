using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Where the objects of uploaded files are, which may not be where the settings of today would put them: another endpoint, bucket, prefix or template.
/// Belongs to the ledger's thread.
/// </summary>
/// <param name="endpoint">Today's object store: see <see cref="Bucket.Endpoint"/>.</param>
sealed class RecordedAddresses(Ledger ledger, string endpoint)
{
    readonly Dictionary<int, LedgerTarget> targets = [];

    /// <summary>The address of an uploaded row. A row from before endpoints were recorded counts as sent to today's.</summary>
    public ObjectAddress Of(Root root, in Row row)
    {
        if (!targets.TryGetValue(row.Target, out var target))
        {
            target = ledger.Target(row.Target) ?? new(endpoint, root.Bucket, root.Prefix);
            targets.Add(row.Target, target);
        }
        return new(target.Endpoint.Length == 0 ? endpoint : target.Endpoint, target.Bucket, row.Key ?? PlainKey(root, target, row.Path));
    }

    /// <summary>Where today's settings would put the same file.</summary>
    public ObjectAddress OfToday(Root root, in Row row)
    {
        Keys.Make(root, row.Path, row.Stamp.Modified, out var key);
        return new(endpoint, root.Bucket, key);
    }

    /// <summary>The job of a row whose turn has come.</summary>
    /// <param name="isLate">As <see cref="Job.IsLate"/>.</param>
    /// <param name="proof">The fresh proof of an uploaded file, if there is one.</param>
    /// <param name="volume">As <see cref="Job.Volume"/>.</param>
    public Job JobOf(Root root, in Row row, bool isLate, ProofTime proof, ulong volume)
    {
        ObjectAddress? address = row.Uploaded is null ? null : Of(root, row);
        return new(root, row.Path)
        {
            IsLate = isLate,
            Stage = row.Stage,
            Attempts = row.Attempts,
            Waits = row.Waits,
            Stamp = row.Stamp,
            Receipt = row.Receipt,
            Address = address,
            IsElsewhere = address is { } recorded && recorded != OfToday(root, row),
            Code = row.Code,
            Proof = proof,
            Volume = volume,
        };
    }

    // What has no key of its own in its row has the one without a template.
    static string PlainKey(Root root, in LedgerTarget target, string path)
    {
        Keys.Make(new(root.Index, root.Path, target.Bucket, target.Prefix), path, out var key);
        return key;
    }
}
