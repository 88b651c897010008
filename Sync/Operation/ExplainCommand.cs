using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync explain</c>: all there is to say of one file, by its path or by its key.</summary>
static class ExplainCommand
{
    const string Json = "--json", Scheme = "s3://";
    const int Indent = 14;

    static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(5);

    public static readonly CommandText Text = new("explain", "PATH", "where one file stands, why, and what to do")
    {
        Words = [new(Json, "", "the ledger's entry as a JSON object; nothing else is looked at")],
        Detail = """
            PATH is a local path, or s3://bucket/key. Says whether the file is watched, what
            is on disk, who has it open (as far as this account may see), which rule takes it
            or leaves it out, what the ledger knows, what went wrong when, its key and its
            receipt, and what a person can do. The rules are those of the settings that this
            command gets: give it the --config or --filter of the run.
            """,
        Examples = [("explain D:\\out\\2024\\a.csv", "why is it not in the bucket?"), ("explain s3://my-bucket/out/2024/a.csv", "where did it come from?")],
    };

    public static Task<int> RunAsync(Asked asked)
    {
        if (Beside.Read(asked) is not { } settings)
        {
            return Task.FromResult(Exit.BadSettings);
        }
        using var reader = Beside.Open(settings);
        if (reader is null)
        {
            return Task.FromResult(Exit.Failed);
        }
        var roots = new LedgerFigures(reader).Roots();
        var entries = new LedgerEntries(reader);
        var keys = new KeySearch(roots, entries, new(reader));
        var operand = asked.Operands[0];
        return Task.FromResult(operand.StartsWith(Scheme, StringComparison.Ordinal)
            ? ExplainKey(operand, roots, entries, keys, settings, asked.Has(Json))
            : ExplainPath(Beside.RealPathOf(operand), roots, entries, settings, asked.Has(Json)));
    }

    static int ExplainKey(string operand, List<LedgerRoot> roots, LedgerEntries entries, KeySearch keys, Settings.Settings settings, bool json)
    {
        var rest = operand[Scheme.Length..];
        var slash = rest.IndexOf('/');
        if (slash <= 0 || slash == rest.Length - 1)
        {
            return Product.Refuse([new($"{Problem.Quote(operand)} names no object", "write s3://bucket/key")]);
        }
        if (keys.Find(rest[..slash], rest[(slash + 1)..]) is { } entry)
        {
            return Explain(entry.FullPath, roots.First(root => root.Id == entry.RootId), entry.Path, entry, entries, settings, json);
        }
        Product.Say(new($"the ledger knows no file with the key {Problem.Quote(operand)}", "s3sync did not upload it with this ledger"));
        return Exit.Failed;
    }

    static int ExplainPath(string full, List<LedgerRoot> roots, LedgerEntries entries, Settings.Settings settings, bool json)
    {
        if (Beside.RootOf(roots, full) is { } place)
        {
            return Explain(full, place.Root, place.Below, entries.Find(place.Root.Id, place.Below), entries, settings, json);
        }
        var watched = roots.Count == 0 ? "none yet" : string.Join(", ", roots.Select(root => Shown.Name(root.Path)));
        Product.Say(new($"{Shown.Name(full)} is not watched", $"this ledger's directories: {watched}"));
        return Exit.Failed;
    }

    static int Explain(string full, LedgerRoot root, string path, LedgerEntry? found, LedgerEntries entries, Settings.Settings settings, bool json)
    {
        var attempts = entries.Attempts(root.Id, path);
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            using var writer = new Utf8JsonWriter(output);
            if (found is { } some)
            {
                EntryJson.Write(writer, some, attempts);
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteString("path", full);
                writer.WriteString("stage", "unknown");
                writer.WriteEndObject();
            }
            return Exit.Done;
        }
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var answers = Limited.TryAsk(root.Path, () => Look(full, root, path, settings, now), ToAnswer, out var seen);
        var (looked, stamp, judged, holders) = seen;
        Console.Out.WriteLine(Shown.Name(full));
        Line("watched", $"below {Shown.Name(root.Path)}");
        Line("on disk", answers ? OnDisk(looked, stamp) : "its directory does not answer: look at its disk, or at the server of its share");
        foreach (var (id, name, writes) in holders ?? [])
        {
            Line("", $"open{(writes is { } known ? known ? " for writing" : " for reading" : "")} by {Shown.Name(name)} (process {id})");
        }
        if (judged is { } rule)
        {
            Line("filter", rule.Text);
        }
        SayEntry(root, path, found, settings.TemplateOf(root.Path), stamp, now);
        if (entries.Parts(root.Id, path) is (> 0 and var parts, var bytes))
        {
            Line("in parts", $"{Units.Count(parts, "part")} of it ({Units.Bytes(bytes)}) {(parts == 1 ? "is" : "are")} in the bucket; the next attempt sends the others");
        }
        SayAttempts(attempts);
        Line("to do", !answers ? "wait: its turn comes once its directory answers; the directories of other volumes go on"
            : looked.Ok && judged?.Advice(found?.Stage ?? Stage.Unknown) is { } advice ? advice : Advice.Of(root, path, found, looked, stamp, holders));
        return Exit.Done;
    }

    /// <summary>What the disk tells of a file, which may take long.</summary>
    static (AccessResult Looked, Stamp Stamp, Decision? Decision, List<Holder>? Holders) Look(string full, LedgerRoot root, string path, Settings.Settings settings, long now)
    {
        var disk = Platform.OpenDisk([root.Path]);
        var looked = disk.Look(full, out var stamp);
        return (looked, stamp, Decision.Of(settings.FilterOf(root.Path), disk, root.Path, path, now), looked.Ok ? Platform.HoldersOf(full) : null);
    }

    static void SayEntry(LedgerRoot root, string path, LedgerEntry? found, KeyTemplate? template, in Stamp stamp, long now)
    {
        if (found is not { } entry)
        {
            Line("ledger", "does not know it");
            return;
        }
        Line("ledger", entry.Stage switch
        {
            Stage.Pending when entry.Parked is not null => $"parked since {Units.Moment(entry.Parked.Value)}, found {Units.Moment(entry.Found)}",
            Stage.Pending => $"pending, found {Units.Moment(entry.Found)} ({Units.Age(now - entry.Found)} ago)",
            Stage.Missing => $"uploaded {Units.Moment(entry.Uploaded!.Value)}; missing here since {Units.Moment(entry.Missing!.Value)}, without a recorded deletion",
            Stage.Uploaded when entry.Code == FailureCode.Released => $"uploaded {Units.Moment(entry.Uploaded!.Value)}, released to be deleted once its address confirms it",
            Stage.Uploaded when entry.Code.IsKept() => $"uploaded {Units.Moment(entry.Uploaded!.Value)} and kept: {Kept(entry.Code)}",
            Stage.Uploaded when entry.Due is null => $"uploaded {Units.Moment(entry.Uploaded!.Value)} and kept",
            Stage.Uploaded => $"uploaded {Units.Moment(entry.Uploaded!.Value)}, to be deleted here",
            Stage.Deleted => $"uploaded {Units.Moment(entry.Uploaded!.Value)}, deleted here {Units.Moment(entry.Deleted!.Value)}",
            Stage.Vanished => $"it was gone {Units.Moment(entry.Deleted!.Value)}, before it was uploaded",
            _ => $"uploaded {Units.Moment(entry.Uploaded!.Value)}; another file has had its name since {Units.Moment(entry.Again!.Value)}",
        });
        if (entry.Attempts > 0 || entry.Waits > 0)
        {
            Line("attempts", $"{Units.Count(entry.Attempts, "failure")}, {Units.Count(entry.Waits, "time")} {(entry.Stage == Stage.Pending ? "sent back to settle" : "put off")}");
        }
        if (entry.Due is { } due)
        {
            Line("next", due <= now ? "its turn is now" : $"in {Units.Age(due - now)} ({Units.Moment(due)})");
        }
        if (!string.IsNullOrEmpty(entry.Error))
        {
            Line("last error", Problem.Escape(entry.Error));
        }
        if (entry.Address is { } address)
        {
            Line("object", Shown.Address(address));
        }
        var (bucket, key) = entry.Key is not null ? (null, null) : root.AsRoot is { } real && Keys.Make(real with { Template = template }, path, stamp.Modified, out var made) == KeyVerdict.Ok ? (real.Bucket, made) : (null, null);
        if (key is not null)
        {
            Line("object", $"s3://{bucket}/{Shown.Name(key)}");
        }
        if (entry.Uploaded is not null)
        {
            Line("receipt", string.Create(CultureInfo.InvariantCulture, $"{entry.Size:N0} bytes, {entry.Receipt.Kind} {entry.Receipt.Checksum}, ETag {entry.Receipt.ETag}{(entry.Receipt.VersionId is { } version ? $", version {version}" : "")}"));
        }
    }

    static string Kept(FailureCode code) => code switch
    {
        FailureCode.ObjectMissing => "the bucket no longer has the object",
        FailureCode.ObjectDiffers => "the bucket has another object under its key",
        FailureCode.OtherAddress => "the settings name another address now",
        _ => "the bucket does not say whether it has the object",
    };

    /// <summary>The latest failed ones, the latest last.</summary>
    static void SayAttempts(List<LedgerAttempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            var next = attempt.Next is { } time ? Units.Moment(time) : "as soon as the endpoint works";
            Line(attempt == attempts[0] ? "failed" : "", $"{Units.Moment(attempt.Time)}: {Problem.Escape(Report.WithRequest(attempt.Error, attempt.Request))}; next {next}");
        }
    }

    static string OnDisk(AccessResult looked, in Stamp stamp) => looked.Access switch
    {
        Access.Ok => string.Create(CultureInfo.InvariantCulture, $"{stamp.Size:N0} bytes, written {Units.Moment(stamp.Modified / 1_000_000)}"),
        Access.Missing => "not there",
        Access.NotRegular => "a directory, link, device, socket or pipe",
        Access.Elsewhere => "its content is elsewhere (offline): reading would fetch it",
        Access.Denied => "this account may not look at it",
        _ => $"cannot be looked at: {looked.Why}",
    };

    static void Line(string name, string what) => Console.Out.WriteLine(Fold.Line($"  {name,-12}{what}", Indent));
}
