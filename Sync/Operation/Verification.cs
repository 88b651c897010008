using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Voice;

namespace S3Sync.Sync.Operation;

/// <summary>One audit of the bucket: pages of receipts, each asked for by so many loops at a time. What was found is said as it is found.</summary>
sealed class Verification(Bucket bucket, BucketAccount? account, VerifyPlan plan, Settings.Settings settings, bool json, Terminal? terminal)
{
    const int Page = 1000, Indent = 10;
    // A server that is busy is asked again so often, with pauses of half a second to 8 s.
    const int Attempts = 6;

    readonly object gate = new();
    readonly long started = Stopwatch.GetTimestamp();
    readonly Stream output = terminal ?? Console.OpenStandardOutput();
    long good, missing, different, unknown, bytes, all;

    /// <summary>How far it is. Any thread.</summary>
    public Done Done
    {
        get
        {
            lock (gate)
            {
                return new(good + missing + different + unknown, all, bytes);
            }
        }
    }

    /// <summary>Goes through the ledger once; ends early where it is stopped.</summary>
    public async Task RunAsync(LedgerReader reader, CancellationToken stop)
    {
        var entries = new LedgerEntries(reader);
        var day = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400;
        var (root, path) = (0, "");
        // How many a date or a prefix leaves is known at the end only.
        all = plan is { Since: 0, Prefix: "" } ? new LedgerFigures(reader).Uploaded() * plan.Share / plan.Of : 0;
        while (!stop.IsCancellationRequested)
        {
            var page = entries.Receipts(root, path, plan.Since, Page);
            if (page.Count == 0)
            {
                return;
            }
            (root, path) = (page[^1].RootId, page[^1].Path);
            page.RemoveAll(entry => entry.Key is not { } key || !key.StartsWith(plan.Prefix, StringComparison.Ordinal) || !Audit.IsInShare(key, plan.Share, plan.Of, day));
            await Several.LookAsync(page.Count, settings.LooksAtOnce, async at =>
            {
                var (finding, what) = await LookAsync(page[at], stop);
                if (!stop.IsCancellationRequested)
                {
                    Say(page[at], finding, what);
                }
                return null;
            }, stop);
        }
    }

    /// <summary>Says the sum; returns the exit code.</summary>
    public int Sum(bool stopped)
    {
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (json)
        {
            using (var writer = new Utf8JsonWriter(output))
            {
                writer.WriteStartObject();
                writer.WriteNumber("good", good);
                writer.WriteNumber("missing", missing);
                writer.WriteNumber("different", different);
                writer.WriteNumber("unknown", unknown);
                writer.WriteNumber("bytes", bytes);
                writer.WriteNumber("seconds", Math.Round(seconds, 3));
                writer.WriteBoolean("complete", !stopped);
                writer.WriteEndObject();
            }
            output.WriteByte((byte)'\n');
        }
        else if (!settings.Quiet || missing + different + unknown > 0 || stopped)
        {
            WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{good + missing + different + unknown:N0} objects {(plan.Read ? "read" : "asked for")} in {seconds:0.0} s: {good:N0} good ({Units.Bytes(bytes)}), {missing:N0} missing, {different:N0} different, {unknown:N0} unknown{(stopped ? "; stopped before the end" : "")}"));
        }
        return missing + different > 0 ? Exit.Mismatch : unknown > 0 || stopped ? Exit.Failed : Exit.Done;
    }

    async Task<(Finding, string)> LookAsync(LedgerEntry entry, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await bucket.FindAsync(entry.Bucket!, entry.Key!, stop);
            if (reply.Ok && account is not null && entry.Receipt.Kind != ChecksumKind.None && Audit.Of(entry, reply, settings.Checksum).Finding is Finding.Good or Finding.Unknown)
            {
                var (read, whole) = await account.DigestAsync(
                    entry.Bucket!, entry.Key!, entry.Receipt, entry.Size ?? reply.Size ?? long.MaxValue - 1, settings.UploadPartSize, stop);
                if (read.Ok)
                {
                    return whole is null
                        ? (Finding.Different, "it is longer than recorded")
                        : Audit.OfBytes(entry, whole);
                }
                reply = read;
            }
            if (!reply.IsEndpoint || reply.Fault is Fault.Credentials or Fault.NoBucket or Fault.Redirected or Fault.NotS3 or Fault.Clock
                || attempt == Attempts || stop.IsCancellationRequested)
            {
                return Audit.Of(entry, reply, settings.Checksum);
            }
            await Task.WhenAny(Task.Delay(Retry.AfterEndpointFault(attempt, Random.Shared.NextDouble()), stop));
        }
    }

    void Say(in LedgerEntry entry, Finding finding, string what)
    {
        lock (gate)
        {
            switch (finding)
            {
                case Finding.Good:
                    (good, bytes) = (good + 1, bytes + (entry.Size ?? 0));
                    break;
                case Finding.Missing:
                    missing++;
                    break;
                case Finding.Different:
                    different++;
                    break;
                default:
                    unknown++;
                    break;
            }
            if (finding != Finding.Good)
            {
                SayFinding(entry, finding, what);
            }
        }
    }

    void SayFinding(in LedgerEntry entry, Finding finding, string what)
    {
        if (!json)
        {
            WriteLine($"{finding.ToString().ToLowerInvariant(),-10}s3://{entry.Bucket}/{Shown.Name(entry.Key!)}: {Problem.Escape(what)}");
            return;
        }
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("finding", finding.ToString().ToLowerInvariant());
            writer.WriteString("what", what);
            writer.WritePropertyName("file");
            EntryJson.Write(writer, entry);
            writer.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    void WriteLine(string line) => output.Write(Encoding.UTF8.GetBytes(Fold.Line(line, Indent) + Environment.NewLine));
}
