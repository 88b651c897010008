using System;
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
            long pending = 0, parked = 0;
            foreach (var root in status.Roots)
            {
                (pending, parked) = (pending + root.Pending, parked + root.Parked);
            }
            json.WriteNumber("pending", pending);
            json.WriteNumber("parked", parked);
            json.WriteStartArray("directories");
            foreach (var root in status.Roots)
            {
                Write(json, root, status.Now, status.FullIn(root));
            }
            json.WriteEndArray();
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

    static void Write(Utf8JsonWriter json, RootStatus root, long now, long? fullIn)
    {
        json.WriteStartObject();
        json.WriteString("path", root.Root.Path);
        if (root.Root.Bucket is { } bucket)
        {
            json.WriteString("bucket", bucket);
            json.WriteString("prefix", root.Root.Prefix);
        }
        json.WriteNumber("pending", root.Pending);
        json.WriteNumber("parked", root.Parked);
        json.WriteNumber("toDelete", root.ToDelete);
        Time(json, "oldestPending", root.Oldest);
        if (root.Oldest is { } oldest)
        {
            json.WriteNumber("oldestPendingSeconds", Math.Max(0, (now - oldest) / 1000));
        }
        Write(json, "today", root.Today);
        Write(json, "last24Hours", root.Day);
        Write(json, "inAll", root.All);
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
    }

    /// <summary>A time of the ledger; nothing where there is none.</summary>
    public static void Time(Utf8JsonWriter json, string name, long? time)
    {
        if (time is { } some)
        {
            json.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(some).UtcDateTime);
        }
    }
}
