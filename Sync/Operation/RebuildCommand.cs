using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync rebuild</c>: makes a ledger of what the bucket lists, where the old one is lost.</summary>
static class RebuildCommand
{
    public static readonly CommandText Text = new("rebuild", "", "make a lost ledger anew from the bucket")
    {
        NeedsRoots = true,
        Detail = """
            Takes the options of the run; no run may be under way. Lists every object below
            each directory's prefix and asks for its checksum. What is not here any more is
            recorded as uploaded and deleted; what is here with the same bytes is recorded
            as uploaded: the next run reads it again and deletes it. Any other file is left
            for the next run to find. Touches no file and no object, and no ledger that has
            rows. Interrupted, it goes on where it was; --dry-run only says what it would
            do.
            """,
        Examples = [("rebuild --dry-run --config s3sync.json", "what would be recorded?"), ("rebuild --config s3sync.json", "after the ledger was lost")],
    };

    public static async Task<int> RunAsync(Asked asked)
    {
        var reading = Settings.Settings.Read(["run", .. asked.Rest]);
        if (reading.Settings is not { } settings)
        {
            return Product.Refuse(reading.Problems);
        }
        var options = settings.ToBucketOptions();
        var (bucket, missing) = await Bucket.OpenAsync(options);
        using var opened = bucket;
        using var account = bucket is null ? null : await BucketAccount.OpenAsync(options);
        if (bucket is null || account is null)
        {
            return Product.Refuse(missing);
        }
        using var signals = new Signals(() => { });
        LedgerReplacement? replacement = null;
        if (settings.DryRun)
        {
            LedgerReplacement.CheckVacant(settings.Ledger);
        }
        else if (Unfinished(settings) is { } problem)
        {
            Product.Say(problem);
            return Exit.Failed;
        }
        else
        {
            replacement = LedgerReplacement.Open(settings.Ledger);
        }
        using (replacement)
        {
            var disk = Platform.OpenDisk(settings.Roots.Select(root => root.Path));
            var rebuild = new Rebuild(settings, bucket, account, disk, replacement?.Ledger, signals.Stop);
            foreach (var root in settings.Roots)
            {
                if (await rebuild.RunAsync(root) is { } fault)
                {
                    Product.Say(fault);
                    return Exit.Failed;
                }
            }
            if (replacement is null)
            {
                Console.Out.WriteLine("nothing was touched");
                return Exit.Done;
            }
            replacement.Ledger.Begin();
            replacement.Ledger.MendLatest();
            replacement.Ledger.Commit();
            replacement.Finish();
        }
        Console.Out.WriteLine($"ledger {Shown.Name(settings.Ledger)} is made, {Units.Bytes(new FileInfo(settings.Ledger).Length)}");
        return Exit.Done;
    }

    /// <summary>What is wrong with an unfinished ledger of an earlier attempt: it must be of the same directories and buckets.</summary>
    static Problem? Unfinished(Settings.Settings settings)
    {
        var place = LedgerReplacement.PlaceOf(settings.Ledger);
        using var reader = LedgerReader.HasRows(place) ? LedgerReader.Open(place) : null;
        foreach (var known in reader is null ? [] : new LedgerFigures(reader).Roots())
        {
            if (!settings.Roots.Any(root => root.Path == known.Path && root.Bucket == known.Bucket && root.Prefix == known.Prefix))
            {
                return new($"{Shown.Name(place)} is unfinished, and was begun with other directories or buckets", "give the same as then, or delete it to begin anew");
            }
        }
        return null;
    }
}
