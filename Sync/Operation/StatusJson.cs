using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>The status as a program reads it: one object, one line; times as ISO 8601 in UTC, sizes in bytes. Names once given are kept.</summary>
static class StatusJson
{
    public static void Write(Status status, Stream output)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteBoolean("running", status.IsRunning);
            if (status.Run is { } run)
            {
                json.WriteNumber("process", run.Process);
                json.WriteString("version", run.Version);
                Time(json, "started", run.Started);
                Time(json, "ended", run.Ended);
            }
            json.WriteString("ledger", status.Ledger);
            json.WriteNumber("ledgerBytes", status.LedgerBytes);
            json.WriteNumber("pending", status.Everything?.Pending ?? 0);
            json.WriteNumber("parked", status.Everything?.Parked ?? 0);
            Time(json, "endpointFailingSince", status.EndpointFailing);
            Time(json, "deletionSuspendedSince", status.DeletionSuspended);
            json.WriteStartArray("directories");
            foreach (var root in status.Roots)
            {
                json.WriteStartObject();
                json.WriteString("path", root.Root.Path);
                if (root.Root.Bucket is { } bucket)
                {
                    json.WriteString("bucket", bucket);
                    json.WriteString("prefix", root.Root.Prefix);
                }
                Time(json, "bucketFailingSince", status.BucketFailing(root));
                Time(json, "deletionSuspendedSince", status.SuspendedIn(root));
                Text(json, "deletionSuspendedBy", status.ErrorIn(root, deleting: true));
                Time(json, "uploadSuspendedSince", status.UploadSuspendedIn(root));
                Text(json, "uploadSuspendedBy", status.ErrorIn(root, deleting: false));
                Time(json, "silentSince", status.SilentIn(root));
                Fields(json, root, status.Now, status.FullIn(root), status.InFlight(root));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (status.Everything is { } everything)
            {
                json.WriteStartObject("all");
                Fields(json, everything, status.Now, null, status.InFlight(everything));
                json.WriteEndObject();
            }
            json.WriteStartArray("uploads");
            foreach (var uploads in status.Uploads)
            {
                json.WriteStartObject();
                json.WriteString("bucket", uploads.Bucket);
                json.WriteNumber("underWay", uploads.UnderWay);
                json.WriteNumber("limit", uploads.Limit);
                json.WriteString("limitedBy", JsonNamingPolicy.CamelCase.ConvertName(uploads.SetBy.ToString()));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            Limits(json, status);
            json.WriteStartObject("requests");
            Fields(json, status.Requests);
            json.WriteEndObject();
            json.WriteStartArray("hours");
            foreach (var hour in status.Hours)
            {
                json.WriteStartObject();
                Time(json, "from", hour.Hour * LedgerCounters.HourInMilliseconds);
                json.WriteNumber("uploaded", hour.Uploaded);
                json.WriteNumber("bytes", hour.Bytes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
        output.Flush();
    }

    /// <summary>What is in force; nothing where no run is under way. A limit that is none is left out.</summary>
    static void Limits(Utf8JsonWriter json, Status status)
    {
        json.WriteStartObject("limits");
        foreach (var (name, unit, _) in status.IsRunning ? VitalNames.Limits : [])
        {
            if (!status.Vitals.TryGetValue(name, out var value) || (unit == VitalUnit.Milliseconds && value == 0))
            {
                continue;
            }
            switch (unit)
            {
                case VitalUnit.Bytes: json.WriteNumber(name + "Bytes", value); break;
                case VitalUnit.Milliseconds: json.WriteNumber(name + "Seconds", value / 1000.0); break;
                default: json.WriteNumber(name, value); break;
            }
        }
        json.WriteEndObject();
    }

    /// <summary>Requests by kind, as S3's API calls them, and how many of all got no answer or one that says: try again; in the object that has begun.</summary>
    public static void Fields(Utf8JsonWriter json, IReadOnlyList<RequestSum> sums)
    {
        var failed = 0L;
        for (var kind = 0; kind < sums.Count; kind++)
        {
            json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(((RequestKind)kind).ToString()), sums[kind].Sent);
            failed += sums[kind].Failed;
        }
        json.WriteNumber("retries", failed);
    }

    /// <summary>What is known of one directory, or of all, in the object that has begun.</summary>
    static void Fields(Utf8JsonWriter json, RootStatus root, long now, long? fullIn, InFlight inFlight)
    {
        json.WriteNumber("pending", root.Pending);
        json.WriteNumber("parked", root.Parked);
        json.WriteNumber("toDelete", root.ToDelete);
        json.WriteNumber("unconfirmed", root.Kept.Unconfirmed);
        json.WriteNumber("elsewhere", root.Kept.Elsewhere);
        json.WriteNumber("missing", root.Kept.Missing);
        json.WriteStartObject("inFlight");
        json.WriteNumber("uploading", inFlight.Uploading);
        json.WriteNumber("deleting", inFlight.Deleting);
        json.WriteEndObject();
        Time(json, "oldestPending", root.Oldest);
        if (root.Oldest is { } oldest)
        {
            json.WriteNumber("oldestPendingSeconds", Math.Max(0, (now - oldest) / 1000));
        }
        Write(json, "today", root.Today);
        Write(json, "last24Hours", root.Day);
        Write(json, "inAll", root.All);
        json.WriteStartObject("rates");
        Write(json, "lastMinute", root.Minute, 60);
        Write(json, "lastHour", root.Hour, 3600);
        Write(json, "lastDay", new(root.Day.Uploaded, root.Day.Bytes), 86_400);
        json.WriteEndObject();
        Time(json, "lastUpload", root.Latest.Uploaded);
        Time(json, "lastFailure", root.Latest.Failed);
        if (root.Latest.Failed is not null)
        {
            json.WriteString("lastFailedPath", root.Latest.Path);
            json.WriteString("lastError", root.Latest.Error);
        }
        if (root.FreeBytes is { } free)
        {
            json.WriteNumber("freeBytes", free);
        }
        if (fullIn is { } time)
        {
            json.WriteNumber("fullInSeconds", time / 1000);
        }
    }

    static void Write(Utf8JsonWriter json, string name, PaceSum sum, double seconds)
    {
        json.WriteStartObject(name);
        json.WriteNumber("filesPerSecond", sum.Files / seconds);
        json.WriteNumber("bytesPerSecond", sum.Bytes / seconds);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, in LedgerTotals totals)
    {
        json.WriteStartObject(name);
        Fields(json, totals);
        json.WriteEndObject();
    }

    /// <summary>The sums, in the object that has begun.</summary>
    public static void Fields(Utf8JsonWriter json, in LedgerTotals totals)
    {
        json.WriteNumber("found", totals.Found);
        json.WriteNumber("uploaded", totals.Uploaded);
        json.WriteNumber("bytes", totals.Bytes);
        json.WriteNumber("deleted", totals.Deleted);
        json.WriteNumber("vanished", totals.Vanished);
        json.WriteNumber("again", totals.Again);
        json.WriteNumber("failedAttempts", totals.Failed);
        json.WriteStartObject("foundBy");
        json.WriteNumber("notification", totals.Sources.Notification);
        json.WriteNumber("startScan", totals.Sources.StartScan);
        json.WriteNumber("overflowScan", totals.Sources.OverflowScan);
        json.WriteNumber("periodicScan", totals.Sources.PeriodicScan);
        json.WriteNumber("directoryScan", totals.Sources.DirectoryScan);
        json.WriteEndObject();
        json.WriteNumber("overflows", totals.Sources.Overflows);
    }

    /// <summary>A time of the ledger; nothing where there is none.</summary>
    public static void Time(Utf8JsonWriter json, string name, long? time)
    {
        if (time is { } some)
        {
            json.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(some).UtcDateTime);
        }
    }

    static void Text(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
