using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;
using S3Sync.Sync.Voice;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync verify</c>: asks the bucket whether everything with a receipt is really there. Changes nothing.</summary>
static class VerifyCommand
{
    const string Subset = "--subset", Since = "--since", Prefix = "--prefix", ReadBack = "--read", Json = "--json";

    public static readonly CommandText Text = new("verify", "", "ask the bucket for everything that has a receipt")
    {
        Words =
        [
            new(Subset, "1/30", "only a share: each day another one, so that 30 days have all"),
            new(Since, "DATE", "only what was uploaded since then (2026-01-31)"),
            new(Prefix, "TEXT", "only keys that begin so"),
            new(ReadBack, "", "read every byte back and digest it, instead of asking for size and checksum"),
            new(Json, "", "a JSON object for each finding, and one for the sum"),
        ],
        Detail = """
            Compares size and checksum, or ETag, of each object with the ledger's receipt,
            --uploader-threads at a time. Takes --endpoint, --region and --checksum as the
            run does; --quiet says only what is wrong. Ends with 0 if all is there, 5 if
            something is missing or different, 1 if something could not be asked.
            """,
        Examples = [("verify --config s3sync.json", "everything"), ("verify --subset 1/30", "every night: a month has all"), ("verify --since 2026-01-31 --read", "byte for byte")],
    };

    public static async Task<int> RunAsync(Asked asked)
    {
        List<Problem> problems = [];
        var plan = Plan(asked, problems);
        if (problems.Count > 0)
        {
            return Product.Refuse(problems);
        }
        if (Beside.Read(asked) is not { } settings)
        {
            return Exit.BadSettings;
        }
        using var reader = Beside.Open(settings);
        if (reader is null)
        {
            return Exit.Failed;
        }
        var options = settings.ToBucketOptions();
        var (bucket, missing) = await Bucket.OpenAsync(options);
        using var opened = bucket;
        using var account = plan.Read && bucket is not null ? await BucketAccount.OpenAsync(options) : null;
        if (bucket is null)
        {
            return Product.Refuse(missing);
        }
        using var signals = new Signals(() => { });
        var terminal = settings.Quiet ? null : Terminal.Open();
        var verification = new Verification(bucket, account, plan, settings, asked.Has(Json), terminal);
        using (Progress.Open(terminal, () => verification.Done))
        {
            await verification.RunAsync(reader, signals.Stop);
        }
        return verification.Sum(signals.Stop.IsCancellationRequested);
    }

    static VerifyPlan Plan(Asked asked, List<Problem> problems)
    {
        var (share, of) = (1, 1);
        if (asked[Subset] is { } subset
            && !(subset.Split('/') is [var some, var all] && Number(some, out share) && Number(all, out of) && share <= of))
        {
            problems.Add(new($"{Subset}: {Problem.Quote(subset)} is no share", "for example 1/30: one of thirty, each day another one"));
        }
        var since = 0L;
        if (asked[Since] is { } date)
        {
            if (DateTime.TryParseExact(date, ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var start))
            {
                since = new DateTimeOffset(start).ToUnixTimeMilliseconds();
            }
            else
            {
                problems.Add(new($"{Since}: {Problem.Quote(date)} is no date", "for example 2026-01-31"));
            }
        }
        return new(share, of, since, asked[Prefix] ?? "", asked.Has(ReadBack));
    }

    static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= 100_000;
}

/// <summary>What to verify.</summary>
/// <param name="Share">So many in <paramref name="Of"/>.</param>
/// <param name="Since">Uploaded since then, milliseconds since 1970 UTC.</param>
/// <param name="Prefix">What keys begin with.</param>
/// <param name="Read">Read the bytes back.</param>
sealed record VerifyPlan(int Share, int Of, long Since, string Prefix, bool Read);
