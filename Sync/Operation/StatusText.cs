using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>The status as a person reads it. Pure.</summary>
static class StatusText
{
    const string Bars = " .:-=+*#%@";

    /// <summary>Where what is said of a directory begins.</summary>
    public const int Column = 14;

    // Of a terminal, with room for the comma.
    const int Width = 79;

    /// <summary>The text; with an earlier status also the rates in between.</summary>
    public static string Of(Status status, Status? before)
    {
        var text = new StringBuilder();
        text.Append(Running(status)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"ledger {Shown.Name(status.Ledger)}, {Units.Bytes(status.LedgerBytes)}\n");
        if (status.EndpointFailing is { } failing)
        {
            text.Append($"the endpoint has failed for {Units.Age(status.Now - failing)} (since {Units.Moment(failing)}): uploads wait for it\n");
        }
        foreach (var root in status.Roots.DistinctBy(root => root.Root.Bucket))
        {
            if (status.BucketFailing(root) is { } since)
            {
                text.Append($"the bucket {Shown.Name(root.Root.Bucket!)} has taken nothing for {Units.Age(status.Now - since)} (since {Units.Moment(since)}): its uploads wait, the log says why\n");
            }
        }
        if (status.DeletionSuspended is { } suspended)
        {
            text.Append($"nothing has been deleted for {Units.Age(status.Now - suspended)} (since {Units.Moment(suspended)}): the log says why\n");
        }
        foreach (var root in status.Roots)
        {
            if (status.SilentIn(root) is { } silent)
            {
                text.Append($"{Shown.Name(root.Root.Path)} has not answered for {Units.Age(status.Now - silent)} (since {Units.Moment(silent)}): its files wait until it does; look at its disk, or at the server of its share\n");
            }
            if (status.SuspendedIn(root) is { } since)
            {
                text.Append($"nothing has been deleted below {Shown.Name(root.Root.Path)} for {Units.Age(status.Now - since)} (since {Units.Moment(since)}): {status.ErrorIn(root, deleting: true) ?? "another volume or directory has its place, or its marker file is missing"}\n");
            }
            if (status.UploadSuspendedIn(root) is { } stopped)
            {
                text.Append($"nothing has been uploaded from {Shown.Name(root.Root.Path)} for {Units.Age(status.Now - stopped)} (since {Units.Moment(stopped)}): {status.ErrorIn(root, deleting: false)}\n");
            }
        }
        foreach (var root in status.Roots)
        {
            Append(text, root, status.Now, status.FullIn(root), status.InFlight(root));
        }
        if (status is { Roots.Count: > 1, Everything: { } everything })
        {
            Append(text, everything, status.Now, null, status.InFlight(everything));
        }
        text.Append(Chart(status));
        foreach (var uploads in status.Uploads)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nuploads to {Shown.Name(uploads.Bucket)}: {uploads.UnderWay:N0} under way, at most {uploads.Limit:N0} for now; {uploads.Why}\n");
        }
        text.Append(Limits(status));
        if (before is not null)
        {
            text.Append(Rates(status, before));
        }
        return text.ToString();
    }

    static string Running(Status status) => status switch
    {
        { Run: not { } } => "never run",
        { IsRunning: true, Run: { } run } => $"running for {Units.Age(status.Now - run.Started)} (since {Units.Moment(run.Started)}): process {run.Process}, s3sync {run.Version}",
        { Run: { Ended: { } ended } } => $"not running: stopped {Units.Age(status.Now - ended)} ago ({Units.Moment(ended)})",
        { Run: { } run } => $"not running: it ended without a word; it had started {Units.Moment(run.Started)}",
        _ => "never run",
    };

    static void Append(StringBuilder text, RootStatus root, long now, long? fullIn, InFlight inFlight)
    {
        var target = root.Root.AsRoot is { } known ? $" for s3://{known.Bucket}/{Shown.Name(Keys.Head(known.Prefix))}" : "";
        text.Append($"\n{Shown.Name(root.Root.Path)}{target}\n");
        var oldest = root.Oldest is { } found ? $", the oldest for {Units.Age(now - found)}" : "";
        var parked = root.Parked > 0 ? string.Create(CultureInfo.InvariantCulture, $", {root.Parked:N0} parked") : "";
        Line(text, "pending", $"{Units.Count(root.Pending, "file")}{oldest}{parked}{(root.ToDelete > 0 ? $"; {Units.Count(root.ToDelete, "uploaded one")} to be deleted here" : "")}");
        if (Kept(root.Kept) is { Length: > 0 } kept)
        {
            Line(text, "kept", kept);
        }
        if (root.Kept.Missing > 0)
        {
            Line(text, "missing", $"{Units.Count(root.Kept.Missing, "uploaded file")} not here, without a recorded deletion: s3sync list --missing");
        }
        if (inFlight != default)
        {
            Line(text, "in flight", string.Create(CultureInfo.InvariantCulture, $"{inFlight.Uploading:N0} with the uploaders, {inFlight.Deleting:N0} to be deleted"));
        }
        Line(text, "today", Totals(root.Today));
        Line(text, "24 hours", Totals(root.Day));
        Line(text, "in all", Totals(root.All));
        if (root.Day.Uploaded > 0)
        {
            Line(text, "rates", Listed([$"last minute {Rate(root.Minute, 60)}", $"hour {Rate(root.Hour, 3600)}", $"day {Rate(new(root.Day.Uploaded, root.Day.Bytes), 86_400)}"], Column, Column));
        }
        if (Sources(root.Day.Sources) is { Length: > 0 } sources)
        {
            Line(text, "found by", sources);
        }
        Line(text, "last upload", root.Latest.Uploaded is { } uploaded ? $"{Units.Age(now - uploaded)} ago ({Units.Moment(uploaded)})" : "never");
        if (root.Latest.Failed is { } failed)
        {
            Line(text, "last error", $"{Units.Age(now - failed)} ago ({Units.Moment(failed)}), {Shown.Name(root.Latest.Path ?? "")}:");
            Line(text, "", Problem.Escape(root.Latest.Error ?? ""));
        }
        if (root.FreeBytes is { } free && root.TotalBytes is { } total)
        {
            Line(text, "free", $"{Units.Bytes(free)} of {Units.Bytes(total)}{(fullIn is { } time ? $"; full in {Units.Age(time)} if pending goes on growing" : "")}");
        }
    }

    /// <summary>Uploaded files that wait for the operator.</summary>
    static string Kept(in LedgerKeptCounts counts)
    {
        List<string> parts = [];
        if (counts.Unconfirmed > 0)
        {
            parts.Add($"{Units.Count(counts.Unconfirmed, "uploaded file")} without a confirmed object: s3sync list --unconfirmed");
        }
        if (counts.Elsewhere > 0)
        {
            parts.Add($"{Units.Count(counts.Elsewhere, "file")} uploaded to another address: s3sync list --elsewhere");
        }
        return string.Join(";\n" + new string(' ', Column), parts);
    }

    static string Totals(in LedgerTotals totals)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{totals.Uploaded:N0} uploaded ({Units.Bytes(totals.Bytes)}), {totals.Deleted:N0} deleted");
        foreach (var (count, what) in (ReadOnlySpan<(long, string)>)[(totals.Vanished, "gone before"), (totals.Again, "left alone"), (totals.Failed, totals.Failed == 1 ? "failed attempt" : "failed attempts")])
        {
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $", {count:N0} {what}");
            }
        }
        return text.ToString();
    }

    static string Rate(PaceSum sum, int seconds) => $"{Units.PerTime((double)sum.Files / seconds)} ({Units.Bytes((double)sum.Bytes / seconds)}/s)";

    /// <summary>How the files of a day were found.</summary>
    static string Sources(in LedgerSources sources)
    {
        List<string> parts = [];
        foreach (var (count, what) in (ReadOnlySpan<(long, string)>)[(sources.Notification, "notification"), (sources.StartScan, "start scan"), (sources.DirectoryScan, "new directory"),
            (sources.OverflowScan, "scan after overflow"), (sources.PeriodicScan, "periodic scan")])
        {
            if (count > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{what} {count:N0}"));
            }
        }
        if (sources.Overflows > 0)
        {
            parts.Add($"notifications lost {Units.Count(sources.Overflows, "time")}");
        }
        if (parts.Count > 0)
        {
            parts[^1] += " (24 hours)";
        }
        return Listed(parts, Column, Column);
    }

    /// <summary>What is in force, where a run is under way.</summary>
    static string Limits(Status status)
    {
        List<string> limits = [];
        foreach (var (name, unit, said) in status.IsRunning ? VitalNames.Limits : [])
        {
            if (status.Vitals.TryGetValue(name, out var value) && (unit != VitalUnit.Milliseconds || value != 0))
            {
                limits.Add(said.Replace("{0}", unit switch
                {
                    VitalUnit.Bytes => Units.Bytes(value),
                    VitalUnit.Milliseconds => Units.Age(value),
                    _ => value.ToString("N0", CultureInfo.InvariantCulture),
                }));
            }
        }
        return limits.Count == 0 ? "" : $"\nin force: {Listed(limits, "in force: ".Length, 2)}\n";
    }

    /// <summary>A list in lines of a terminal's width.</summary>
    /// <param name="column">Where the first line stands by now.</param>
    /// <param name="indent">Where the others begin.</param>
    static string Listed(List<string> parts, int column, int indent)
    {
        var text = new StringBuilder();
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0)
            {
                var fits = column + 2 + parts[i].Length <= Width;
                text.Append(fits ? ", " : ",\n" + new string(' ', indent));
                column = fits ? column + 2 : indent;
            }
            text.Append(parts[i]);
            column += parts[i].Length;
        }
        return text.ToString();
    }

    /// <summary>A character an hour, the last one being this hour.</summary>
    static string Chart(Status status)
    {
        var most = 0L;
        foreach (var hour in status.Hours)
        {
            most = Math.Max(most, hour.Uploaded);
        }
        if (most == 0)
        {
            return "";
        }
        var bars = new char[24];
        Array.Fill(bars, Bars[0]);
        foreach (var hour in status.Hours)
        {
            if (hour.Hour > status.Hour - 24 && hour.Hour <= status.Hour && hour.Uploaded > 0)
            {
                bars[23 - (status.Hour - hour.Hour)] = Bars[1 + (int)((hour.Uploaded * (Bars.Length - 2)) / most)];
            }
        }
        return string.Create(CultureInfo.InvariantCulture, $"\nuploads an hour of the last 24: [{new string(bars)}] at most {most:N0}\n");
    }

    static string Rates(Status status, Status before)
    {
        var seconds = Math.Max(0.001, (status.Now - before.Now) / 1000.0);
        var (files, bytes) = (Sum(status, root => root.All.Uploaded) - Sum(before, root => root.All.Uploaded), Sum(status, root => root.All.Bytes) - Sum(before, root => root.All.Bytes));
        return string.Create(CultureInfo.InvariantCulture, $"\nin the last {seconds:0.0} s: {files / seconds:N1} files/s, {Units.Bytes(bytes / seconds)}/s, pending {Sum(status, root => root.Pending) - Sum(before, root => root.Pending):+0;-0;0}\n");
    }

    static long Sum(Status status, Func<RootStatus, long> of)
    {
        var sum = 0L;
        foreach (var root in status.Roots)
        {
            sum += of(root);
        }
        return sum;
    }

    static void Line(StringBuilder text, string name, string what) => text.Append($"  {name,2 - Column}{what}\n");
}
