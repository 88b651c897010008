using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>
/// The status in the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/. Names once given are kept.
/// Counters go on over restarts, as they are the ledger's. Pure.
/// </summary>
static class MetricsText
{
    // From 10 ms to almost three hours, two buckets to a power of ten: see LatencySteps.
    const int FirstStep = 8, LastStep = 56, StepsABucket = 4;

    public static string Of(Status status)
    {
        var text = new StringBuilder();
        One(text, "build_info", "gauge", "The version that ran last.", 1, $"{{version=\"{Escape(status.Run?.Version ?? "")}\"}}");
        One(text, "running", "gauge", "1 while a run is under way.", status.IsRunning ? 1 : 0);
        One(text, "start_timestamp_seconds", "gauge", "When the last run started.", (status.Run?.Started ?? 0) / 1000.0);
        One(text, "metrics_timestamp_seconds", "gauge", "When this was written.", status.Now / 1000.0);
        One(text, "ledger_bytes", "gauge", "Size of the ledger on disk.", status.LedgerBytes);
        Each(text, status, "found_files_total", "counter", "Files found.", root => root.All.Found);
        Each(text, status, "uploaded_files_total", "counter", "Files proven to be in the bucket.", root => root.All.Uploaded);
        Each(text, status, "uploaded_bytes_total", "counter", "Bytes of these files.", root => root.All.Bytes);
        Each(text, status, "deleted_files_total", "counter", "Files deleted after their upload.", root => root.All.Deleted);
        Each(text, status, "vanished_files_total", "counter", "Files that somebody else removed before their upload.", root => root.All.Vanished);
        Each(text, status, "left_alone_files_total", "counter", "Files left alone because their name was used before.", root => root.All.Again);
        Each(text, status, "failed_attempts_total", "counter", "Attempts that failed for a reason of the file's own.", root => root.All.Failed);
        Split(text, "first_seen_files_total", "Files found, by what saw them first; those of before this was counted are in none.", status.Roots, Sources, "by");
        Each(text, status, "overflows_total", "counter", "How often notifications were lost.", root => root.All.Sources.Overflows);
        Split(text, "in_flight_files", "Files handed out by the ledger and not reported back.", status.Roots, root => [("upload", status.InFlight(root).Uploading), ("delete", status.InFlight(root).Deleting)], "for", "gauge");
        Requests(text, status.Requests);
        Uploads(text, status.Uploads);
        One(text, "endpoint_failing_timestamp_seconds", "gauge", "Since when the endpoint fails, 0 while it works.", (status.EndpointFailing ?? 0) / 1000.0);
        Each(text, status, "pending_files", "gauge", "Files found and not uploaded, parked ones included.", root => root.Pending);
        Each(text, status, "parked_files", "gauge", "Files that wait for a person.", root => root.Parked);
        Each(text, status, "undeleted_files", "gauge", "Files in the bucket that are to be deleted.", root => root.ToDelete);
        Each(text, status, "unconfirmed_files", "gauge", "Uploaded files that are kept, as the bucket does not confirm the object.", root => root.Kept.Unconfirmed);
        Each(text, status, "elsewhere_files", "gauge", "Files that are kept, as they were uploaded to another address than the settings name.", root => root.Kept.Elsewhere);
        Each(text, status, "missing_files", "gauge", "Uploaded files that are missing here, although s3sync did not delete them.", root => root.Kept.Missing);
        Each(text, status, "deletion_suspended_timestamp_seconds", "gauge", "Since when nothing is deleted here, as another volume has its place, its marker is missing or its volume fails; 0 while files are.", root => (status.SuspendedIn(root) ?? 0) / 1000.0);
        Each(text, status, "upload_suspended_timestamp_seconds", "gauge", "Since when nothing is uploaded from here, as its volume fails; 0 while files are.", root => (status.UploadSuspendedIn(root) ?? 0) / 1000.0);
        Each(text, status, "silent_timestamp_seconds", "gauge", "Since when the directory's volume has not answered, 0 while it does.", root => (status.SilentIn(root) ?? 0) / 1000.0);
        Each(text, status, "oldest_pending_seconds", "gauge", "Age of the pending file that waits longest, 0 without one.", root => root.Oldest is { } oldest ? Math.Max(0, status.Now - oldest) / 1000.0 : 0);
        Each(text, status, "last_upload_timestamp_seconds", "gauge", "Time of the last upload, 0 before the first.", root => (root.Latest.Uploaded ?? 0) / 1000.0);
        Each(text, status, "last_failure_timestamp_seconds", "gauge", "Time of the last failed attempt, 0 before the first.", root => (root.Latest.Failed ?? 0) / 1000.0);
        Each(text, status, "free_bytes", "gauge", "Free space where the directory is.", root => root.FreeBytes ?? 0);
        Times(text, status, "latency_seconds", "Time from a file's last write to the bucket's receipt.", times => (times.WaitSteps, times.Waited));
        Times(text, status, "upload_duration_seconds", "Time of one upload, from opening the file to the proof.", times => (times.SendSteps, times.Sent));
        return text.ToString();
    }

    static void One(StringBuilder text, string name, string type, string help, double value, string labels = "")
    {
        Head(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"s3sync_{name}{labels} {value}\n");
    }

    static void Each(StringBuilder text, Status status, string name, string type, string help, Func<RootStatus, double> value)
    {
        Head(text, name, type, help);
        foreach (var root in status.Roots)
        {
            text.Append(CultureInfo.InvariantCulture, $"s3sync_{name}{{directory=\"{Escape(root.Root.Path)}\"}} {value(root)}\n");
        }
    }

    static (string, long)[] Sources(RootStatus root)
    {
        var by = root.All.Sources;
        return [("notification", by.Notification), ("start_scan", by.StartScan), ("overflow_scan", by.OverflowScan), ("periodic_scan", by.PeriodicScan), ("directory_scan", by.DirectoryScan)];
    }

    /// <summary>One figure a directory in parts, each with a label of its own.</summary>
    static void Split(StringBuilder text, string name, string help, IReadOnlyList<RootStatus> roots, Func<RootStatus, (string, long)[]> parts, string label, string type = "counter")
    {
        Head(text, name, type, help);
        foreach (var root in roots)
        {
            foreach (var (part, value) in parts(root))
            {
                text.Append(CultureInfo.InvariantCulture, $"s3sync_{name}{{directory=\"{Escape(root.Root.Path)}\",{label}=\"{part}\"}} {value}\n");
            }
        }
    }

    static void Uploads(StringBuilder text, IReadOnlyList<UploadStatus> all)
    {
        foreach (var (name, help, of) in (ReadOnlySpan<(string, string, Func<UploadStatus, long>)>)[
            ("uploads_under_way", "Uploads under way to the bucket.", one => one.UnderWay),
            ("upload_limit", "Uploads that may be under way to the bucket now.", one => one.Limit)])
        {
            Head(text, name, "gauge", help);
            foreach (var one in all)
            {
                text.Append(CultureInfo.InvariantCulture, $"s3sync_{name}{{bucket=\"{Escape(one.Bucket)}\"}} {of(one)}\n");
            }
        }
        Head(text, "upload_limited_by", "gauge", "What keeps more uploads from being under way to the bucket: 1.");
        foreach (var one in all)
        {
            foreach (var by in Enum.GetValues<SlotsSetBy>())
            {
                text.Append($"s3sync_upload_limited_by{{bucket=\"{Escape(one.Bucket)}\",by=\"{by.ToString().ToLowerInvariant()}\"}} {(by == one.SetBy ? 1 : 0)}\n");
            }
        }
    }

    static void Requests(StringBuilder text, IReadOnlyList<RequestSum> sums)
    {
        foreach (var (name, help, of) in (ReadOnlySpan<(string, string, Func<RequestSum, long>)>)[
            ("requests_total", "Requests sent to the bucket.", sum => sum.Sent),
            ("failed_requests_total", "Requests of these without an answer, or with one that says: try again.", sum => sum.Failed)])
        {
            Head(text, name, "counter", help);
            for (var kind = 0; kind < sums.Count; kind++)
            {
                text.Append(CultureInfo.InvariantCulture, $"s3sync_{name}{{kind=\"{(RequestKind)kind}\"}} {of(sums[kind])}\n");
            }
        }
    }

    /// <summary>A histogram: each bucket counts all that took no longer, so the ledger's fine steps are added up to coarse ones.</summary>
    static void Times(StringBuilder text, Status status, string name, string help, Func<LedgerPeriod, (long[] Steps, long Sum)> of)
    {
        Head(text, name, "histogram", help);
        foreach (var root in status.Roots)
        {
            var (steps, sum) = of(root.Times ?? new());
            var (label, count) = ($"directory=\"{Escape(root.Root.Path)}\"", 0L);
            for (var step = 0; step < steps.Length; step++)
            {
                count += steps[step];
                if (step >= FirstStep && step <= LastStep && step % StepsABucket == 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"s3sync_{name}_bucket{{{label},le=\"{LatencySteps.Bounds[step] / 1000.0}\"}} {count}\n");
                }
            }
            text.Append(CultureInfo.InvariantCulture, $"s3sync_{name}_bucket{{{label},le=\"+Inf\"}} {count}\ns3sync_{name}_sum{{{label}}} {sum / 1000.0}\ns3sync_{name}_count{{{label}}} {count}\n");
        }
    }

    static void Head(StringBuilder text, string name, string type, string help) => text.Append($"# HELP s3sync_{name} {help}\n# TYPE s3sync_{name} {type}\n");

    /// <summary>A label's value: backslash, quotation mark and line feed escaped.</summary>
    static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
