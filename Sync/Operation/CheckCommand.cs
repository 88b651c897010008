using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync check</c>: looks at everything a run depends on, before it or beside it, and says of each thing whether it will do.</summary>
static class CheckCommand
{
    const string NoWrite = "--no-write";

    // Signatures are refused beyond 15 minutes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (RequestTimeTooSkewed)
    static readonly TimeSpan Skewed = TimeSpan.FromMinutes(1), Refused = TimeSpan.FromMinutes(15);
    static readonly TimeSpan SoonExpired = TimeSpan.FromMinutes(15);

    public static readonly CommandText Text = new("check", "", "look at all a run depends on, and say what fails")
    {
        NeedsRoots = true,
        Words = [new(NoWrite, "", "write nothing into the buckets: only ask for a key that is not there")],
        Detail = """
            Takes the options of the run. One line a check: ok, warning or failed, with a
            hint. Each bucket is tried with a key of a random name, which is removed again.
            A run may be under way. Ends with 0, with 1 if a check failed, with 2 if the
            settings are wrong.
            """,
        Examples = [("check --config s3sync.json", "everything, as the service is configured"), ("check -w D:\\out -b my-bucket", "before the first run")],
    };

    public static async Task<int> RunAsync(Asked asked)
    {
        var list = new CheckList(Console.Out);
        var code = await RunAsync(asked, list);
        list.Sum();
        return code;
    }

    static async Task<int> RunAsync(Asked asked, CheckList list)
    {
        var reading = Settings.Settings.Read(["run", .. asked.Rest]);
        list.Failed("settings", reading.Problems);
        if (reading.Settings is not { } settings)
        {
            return Exit.BadSettings;
        }
        SaySettings(reading, settings, list);
        CheckPlaces.Ledger(settings, list);
        foreach (var root in settings.Roots)
        {
            CheckPlaces.Directory(root, settings, list);
        }
        var options = settings.ToBucketOptions();
        var (bucket, missing) = await Bucket.OpenAsync(options);
        using var opened = bucket;
        using var account = bucket is null ? null : await BucketAccount.OpenAsync(options);
        if (bucket is null || account is null)
        {
            list.Failed("credentials", missing);
            return Exit.BadSettings;
        }
        bucket.RegionFound = (name, region) => list.Ok("region", $"s3://{name} is in {region}; {OptionTable.Region.LongName} {region} saves a request at each start");
        await CheckAccountAsync(account, list);
        if (await CheckClockAsync(account, list))
        {
            if (!options.IsAws)
            {
                CheckServer.Say(options.Compat, account.Server, list);
            }
            HashSet<string> probed = [];
            foreach (var root in settings.Roots)
            {
                if (!probed.Add($"{root.Bucket}/{root.Prefix}"))
                {
                    continue;
                }
                var probe = new CheckBucket(bucket, account, root, list);
                await (asked.Has(NoWrite) ? probe.LookAsync() : probe.WriteAsync());
                await probe.LifecycleAsync();
            }
        }
        return list.HasFailed ? Exit.Failed : Exit.Done;
    }

    static void SaySettings(Reading reading, Settings.Settings settings, CheckList list)
    {
        var said = "";
        // By loops and not by queries: those are compiled anew for each value type, and the executable has to stay small.
        foreach (var origin in (ReadOnlySpan<Origin>)[Origin.CommandLine, Origin.Environment, Origin.File])
        {
            List<string> names = [];
            foreach (var (name, from) in settings.Origins)
            {
                if (from == origin)
                {
                    names.Add(name);
                }
            }
            names.Sort(StringComparer.Ordinal);
            said += names.Count == 0 ? "" : $"{string.Join(", ", names)} from the {Say(origin, settings)}; ";
        }
        list.Ok("settings", $"{said}the rest by default");
        var doubt = EndpointRules.Doubt(settings.Endpoint, settings.Roots.Select(root => root.Bucket));
        foreach (var note in reading.Notes)
        {
            if (doubt is { } one && note == Problem.Escape(EndpointOptions.NoteOf(one)))
            {
                list.Warning("settings", one.What, one.Hint);
            }
            else
            {
                list.Ok("settings", note);
            }
        }
    }

    static async Task CheckAccountAsync(BucketAccount account, CheckList list)
    {
        var (key, until, problem) = await account.WhoAsync();
        if (problem is { } missing)
        {
            list.Failed("credentials", [missing]);
            return;
        }
        var what = $"from {account.Source}, access key {key}";
        if (until is not { } end)
        {
            list.Ok("credentials", $"{what}, without an end");
        }
        else if (end - DateTime.UtcNow is var left && left < TimeSpan.Zero)
        {
            list.Failed("credentials", $"{what}, expired {end:yyyy-MM-dd HH:mm} UTC", "sign in again, or use credentials that renew themselves (a role)");
        }
        else if (left < SoonExpired)
        {
            list.Warning("credentials", $"{what}, until {end:yyyy-MM-dd HH:mm} UTC", "a run lasts longer: use credentials that renew themselves (a role)");
        }
        else
        {
            list.Ok("credentials", $"{what}, until {end:yyyy-MM-dd HH:mm} UTC");
        }
        if (await account.IdentityAsync(CancellationToken.None) is { } identity)
        {
            // No run asks for it: what is not told is no fault.
            list.Ok("identity", identity.Account is null ? $"not known: {identity.Why}" : $"account {identity.Account}, {Shown.Name(identity.Arn)}");
        }
    }

    /// <summary>False where the server does not answer: then there is nothing to ask it.</summary>
    static async Task<bool> CheckClockAsync(BucketAccount account, CheckList list)
    {
        var (ahead, problem) = await account.ClockAsync(CancellationToken.None);
        if (problem is { } silent)
        {
            list.Failed("endpoint", [silent]);
            return false;
        }
        list.Ok("endpoint", $"{account.Address} answers{(account.Through is { } proxy ? $", through the proxy {proxy}" : "")}");
        if (ahead is not { } skew)
        {
            list.Ok("clock", "not compared, as the server does not say what time it has");
            return true;
        }
        var what = Math.Abs(skew.TotalSeconds) < 1 ? "as the server's, within a second" : string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(skew.TotalSeconds):0.#} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the server's");
        if (skew.Duration() >= Refused)
        {
            list.Failed("clock", what, "set the clock: S3 refuses requests that are 15 minutes off");
        }
        else if (skew.Duration() >= Skewed)
        {
            list.Warning("clock", what, "have the clock set by NTP: S3 refuses requests that are 15 minutes off");
        }
        else
        {
            list.Ok("clock", what);
        }
        return true;
    }

    static string Say(Origin origin, Settings.Settings settings) => origin switch
    {
        Origin.CommandLine => "command line",
        Origin.Environment => "environment",
        _ => $"file {Path.GetFileName(settings.Config)}",
    };
}
