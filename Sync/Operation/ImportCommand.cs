using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync import</c>: takes over what s3_file_sync has recorded.</summary>
static class ImportCommand
{
    const string From = "--from";

    public static readonly CommandText Text = new("import", "", "take over the ledger of s3_file_sync")
    {
        NeedsRoots = true,
        Words = [new(From, "FILE", "its ledger: db.sqlite3 in the directory it was started in")],
        Detail = """
            Takes the options of the run; neither program may be under way. What that
            ledger calls uploaded is asked for in the bucket, by its key with / and with
            \ in it. What is there and not here is recorded as done; what is here as well
            is read, and recorded as uploaded only if it has the same bytes: the next run
            deletes it. What is not in the bucket, or was not uploaded, is queued again.
            Changes no file, no object, and nothing the own ledger knows already; can be
            repeated. Ends with 5 if something is neither here nor in the bucket.
            """,
        Examples = [("import --from db.sqlite3 --dry-run --config s3sync.json", "what would be recorded?"), ("import --from db.sqlite3 --config s3sync.json", "once, before the first run")],
    };

    public static async Task<int> RunAsync(Asked asked)
    {
        if (asked[From] is not { } from)
        {
            return Product.Refuse([new("import: which ledger?", $"s3sync import {From} db.sqlite3")]);
        }
        var reading = Settings.Settings.Read(["run", .. asked.Rest]);
        if (reading.Settings is not { } settings)
        {
            return Product.Refuse(reading.Problems);
        }
        using var former = LedgerOfFormer.Open(Path.GetFullPath(from));
        var (bucket, missing) = await Bucket.OpenAsync(settings.ToBucketOptions());
        using var opened = bucket;
        if (bucket is null)
        {
            return Product.Refuse(missing);
        }
        using var signals = new Signals(() => { });
        using var ledger = settings.DryRun ? null : Ledger.Open(settings.Ledger);
        var import = new Import(settings, bucket, Platform.OpenDisk(settings.Roots.Select(root => root.Path)), ledger, signals.Stop);
        if (await import.RunAsync(former) is { } fault)
        {
            Product.Say(fault);
            return Exit.Failed;
        }
        return import.Sum();
    }
}
