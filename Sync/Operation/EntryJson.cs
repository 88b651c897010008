using System.Collections.Generic;
using System.Text.Json;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>A file of the ledger as a program reads it.</summary>
static class EntryJson
{
    /// <summary>Writes the entry as an object, with its failed attempts where they were asked for.</summary>
    public static void Write(Utf8JsonWriter json, in LedgerEntry entry, IReadOnlyList<LedgerAttempt>? attempts = null)
    {
        json.WriteStartObject();
        json.WriteString("path", entry.FullPath);
        json.WriteString("stage", entry.Parked is null ? entry.Stage.ToString().ToLowerInvariant() : "parked");
        if (entry.Code != FailureCode.None)
        {
            json.WriteString(entry.Code.IsKept() ? "kept" : "code", JsonNamingPolicy.CamelCase.ConvertName(entry.Code.ToString()));
        }
        StatusJson.Time(json, "found", entry.Found);
        StatusJson.Time(json, "uploaded", entry.Uploaded);
        StatusJson.Time(json, "deleted", entry.Deleted);
        StatusJson.Time(json, "missing", entry.Missing);
        StatusJson.Time(json, "parked", entry.Parked);
        StatusJson.Time(json, "next", entry.Due);
        json.WriteNumber("failures", entry.Attempts);
        json.WriteNumber("waits", entry.Waits);
        if (entry.Error is { Length: > 0 } error)
        {
            json.WriteString("error", error);
        }
        if (attempts is not null)
        {
            Write(json, attempts);
        }
        if (entry.Uploaded is not null)
        {
            json.WriteString("endpoint", entry.Endpoint);
            json.WriteString("bucket", entry.Bucket);
            json.WriteString("key", entry.Key);
            json.WriteNumber("size", entry.Size ?? 0);
            json.WriteString("checksumKind", entry.Receipt.Kind.ToString().ToLowerInvariant());
            json.WriteString("checksum", entry.Receipt.Checksum);
            json.WriteString("etag", entry.Receipt.ETag);
            json.WriteString("version", entry.Receipt.VersionId);
        }
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, IReadOnlyList<LedgerAttempt> attempts)
    {
        json.WriteStartArray("failedAttempts");
        foreach (var attempt in attempts)
        {
            json.WriteStartObject();
            StatusJson.Time(json, "time", attempt.Time);
            json.WriteString("error", attempt.Error);
            json.WriteString("request", attempt.Request);
            StatusJson.Time(json, "next", attempt.Next);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
