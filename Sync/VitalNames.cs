using System;
using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>What a figure of a run counts.</summary>
enum VitalUnit { Count, Bytes, Milliseconds }

/// <summary>The figures of a run that <c>status</c> tells of, and how it says them. Names once given are kept: they stand in ledgers and in JSON.</summary>
static class VitalNames
{
    /// <summary>Not a limit: since when the endpoint fails (milliseconds since 1970 UTC), 0 while it works.</summary>
    public const string EndpointFailing = "endpointFailingSince";

    /// <summary>Not a limit: since when nothing is deleted (milliseconds since 1970 UTC), 0 while deletions go on.</summary>
    public const string DeletionSuspended = "deletionSuspendedSince";

    /// <summary>Not a limit, one a directory, with its path behind: the same below it.</summary>
    public const string RootSuspended = "deletionSuspendedSince:";

    /// <summary>Not a limit, one a bucket, with its name behind: since when it takes nothing (milliseconds since 1970 UTC), 0 while it does.</summary>
    public const string BucketFailing = "bucketFailingSince:";

    /// <summary>Not a limit, one a directory: since when nothing of it is uploaded, as its volume fails; 0 while it works.</summary>
    public const string UploadSuspended = "uploadSuspendedSince:";

    /// <summary>Not a limit, one a directory each: by which error of the system uploads or deletions are suspended; 0 for none.</summary>
    public const string UploadError = "uploadSuspendedBy:", DeletionError = "deletionSuspendedBy:";

    /// <summary>Not a limit, one a directory, with its path behind: since when its volume has not answered (milliseconds since 1970 UTC), 0 while it does.</summary>
    public const string RootSilent = "silentSince:";

    /// <summary>One a bucket each, with its name behind: how many uploads may be under way, how many are, and what keeps more from it (<see cref="SlotsSetBy"/>).</summary>
    public const string UploadLimit = "uploadLimit:", UploadsUnderWay = "uploadsUnderWay:", UploadLimitSetBy = "uploadLimitSetBy:";

    public const string WatchBuffer = "watchBuffer", LogFile = "logFile", LogFiles = "logFiles";

    /// <summary>The limits, with what a person reads: the value stands in the place of {0}. Zero milliseconds: there is none.</summary>
    public static readonly (string Name, VitalUnit Unit, string Said)[] Limits =
    [
        ("uploaderThreads", VitalUnit.Count, "{0} uploads at the same time"),
        ("uploadsNow", VitalUnit.Count, "{0} of them now"),
        ("part", VitalUnit.Bytes, "parts of {0}"),
        ("buffers", VitalUnit.Bytes, "upload buffers of {0}"),
        ("quiet", VitalUnit.Milliseconds, "files quiet for {0}"),
        ("rescan", VitalUnit.Milliseconds, "scans every {0}"),
        ("settling", VitalUnit.Count, "{0} files settling"),
        (WatchBuffer, VitalUnit.Bytes, "notifications of {0}"),
        ("inbox", VitalUnit.Count, "{0} reports"),
        ("uploadWindow", VitalUnit.Count, "{0} files with the uploaders"),
        ("deleteWindow", VitalUnit.Count, "{0} with the deleter"),
        ("grace", VitalUnit.Milliseconds, "{0} to stop"),
        ("keepFor", VitalUnit.Milliseconds, "files kept for {0}"),
        ("keepFree", VitalUnit.Bytes, "files kept while {0} are free"),
        ("forgetAfter", VitalUnit.Milliseconds, "names kept for {0}"),
        (LogFile, VitalUnit.Bytes, "log files of {0}"),
        (LogFiles, VitalUnit.Count, "{0} of these"),
    ];

    /// <summary>The figures of a run's own stages.</summary>
    public static Vital[] Of(
        PipelineRules rules, Lane lane, Slots slots, Func<SlotsSetBy?> waits, BucketRests rests, DeleteGuard guard, RootGuard places, VolumeFaults faults, Volumes volumes,
        Watcher watcher, Window uploads, Window deletes, int inbox, int settling)
    {
        List<Vital> vitals =
        [
            new("uploaderThreads", () => slots.Most),
            new("uploadsNow", () => slots.Limit),
            new("part", () => rules.PartSize),
            new("buffers", () => rules.BufferMemory),
            new("quiet", () => Milliseconds(watcher.Quiet)),
            new("rescan", () => Milliseconds(watcher.RescanInterval)),
            new("settling", () => settling),
            new("inbox", () => inbox),
            new("uploadWindow", () => uploads.Capacity),
            new("deleteWindow", () => deletes.Capacity),
            new("grace", () => Milliseconds(rules.Grace)),
            new("forgetAfter", () => Milliseconds(rules.ForgetAfter ?? TimeSpan.Zero)),
            new("keepFor", () => Milliseconds(rules.KeepFor ?? TimeSpan.Zero)),
            new("keepFree", () => rules.KeepFree ?? 0),
            new(EndpointFailing, () => lane.FailingFrom),
            new(DeletionSuspended, () => guard.SuspendedFrom),
        ];
        foreach (var rest in rests.All)
        {
            vitals.Add(new(BucketFailing + rest.Name, () => rest.FailingFrom));
        }
        for (var i = 0; i < slots.Buckets; i++)
        {
            var bucket = i;
            vitals.Add(new(UploadLimit + slots.NameOf(bucket), () => slots.LimitOf(bucket)));
            vitals.Add(new(UploadsUnderWay + slots.NameOf(bucket), () => slots.TakenOf(bucket)));
            vitals.Add(new(UploadLimitSetBy + slots.NameOf(bucket), () => (long)slots.SetBy(bucket, waits())));
        }
        foreach (var root in rules.Roots)
        {
            vitals.Add(new(RootSuspended + root.Path, () => places.SuspendedFrom(root.Index) is > 0 and var since ? since : faults.SuspendedFrom(root.Index, deleting: true)));
            vitals.Add(new(DeletionError + root.Path, () => faults.ErrorOf(root.Index, deleting: true)));
            vitals.Add(new(UploadSuspended + root.Path, () => faults.SuspendedFrom(root.Index, deleting: false)));
            vitals.Add(new(UploadError + root.Path, () => faults.ErrorOf(root.Index, deleting: false)));
            vitals.Add(new(RootSilent + root.Path, () => volumes.SilentFrom(root.Index)));
        }
        foreach (var (name, value) in rules.OtherLimits)
        {
            vitals.Add(new(name, () => value));
        }
        return [.. vitals];
    }

    static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
