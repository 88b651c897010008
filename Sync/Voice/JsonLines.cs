using System;
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ZLogger;

namespace S3Sync.Sync.Voice;

/// <summary>
/// The log as a JSON object a line: time, level, event and message, then what the event tells under the names it has in <see cref="Log"/>.
/// Nothing is serialized by reflection: each event writes its own fields. Belongs to the thread that writes the log.
/// </summary>
sealed class JsonLines : IZLoggerFormatter
{
    /// <summary>The names every line has; no event may use them for a field of its own.</summary>
    public static readonly string[] Common = ["time", "level", "event", "message"];

    // Names are left as they are, not as \u escapes: it is no HTML.
    static readonly JsonWriterOptions Style = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    readonly ArrayBufferWriter<byte> message = new();
    Utf8JsonWriter? json;

    public bool WithLineBreak => true;

    public void FormatLogEntry(IBufferWriter<byte> writer, IZLoggerEntry entry)
    {
        if (json is null)
        {
            json = new(writer, Style);
        }
        else
        {
            json.Reset(writer);
        }
        json.WriteStartObject();
        Span<char> time = stackalloc char[24];
        entry.LogInfo.Timestamp.Utc.UtcDateTime.TryFormat(time, out _, "yyyy-MM-ddTHH:mm:ss.fffZ");
        json.WriteString("time"u8, time);
        json.WriteString("level"u8, LevelOf(entry.LogInfo.LogLevel));
        json.WriteString("event"u8, NameOf(entry.LogInfo.EventId));
        message.ResetWrittenCount();
        entry.ToString(message);
        json.WriteString("message"u8, message.WrittenSpan);
        // Where the message is all there is, it is not said twice.
        if (entry.ParameterCount != 1 || !entry.GetParameterKey(0).SequenceEqual("what"u8))
        {
            // The options are for values to be serialized; there are none.
            entry.WriteJsonParameterKeyValues(json, null!);
        }
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>An event's name: that of its method, in camelCase.</summary>
    public static string NameOf(EventId id) => id.Name is { Length: > 0 } name ? char.ToLowerInvariant(name[0]) + name[1..] : "";

    static ReadOnlySpan<byte> LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace"u8,
        LogLevel.Debug => "debug"u8,
        LogLevel.Information => "info"u8,
        LogLevel.Warning => "warn"u8,
        _ => "error"u8,
    };
}
