using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using S3Sync.Sync.Voice;
using ZLogger;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Says state changes in the Event Log of Windows. Used by the thread of its provider as if it wrote lines: it reports each and writes none.
/// https://learn.microsoft.com/windows/win32/eventlog/reporting-an-event
/// </summary>
[SupportedOSPlatform("windows")]
sealed unsafe partial class EventLog : IZLoggerFormatter
{
    const nint LocalMachine = unchecked((int)0x8000_0002);
    const uint QueryValue = 1;
    const ushort Error = 1, Warning = 2, Information = 4;

    readonly ArrayBufferWriter<byte> message = new();
    readonly nint source = RegisterEventSource(null, StateChanges.Source);

    /// <summary>True if whoever reads the Event Log would see the text: the recipe of the service registers the source.</summary>
    public static bool IsRegistered
    {
        get
        {
            if (OpenKey(LocalMachine, StateChanges.Key, 0, QueryValue, out var key) != 0)
            {
                return false;
            }
            _ = CloseKey(key);
            return true;
        }
    }

    public static IZLoggerFormatter Open() => new EventLog();

    public bool WithLineBreak => false;

    public void FormatLogEntry(IBufferWriter<byte> writer, IZLoggerEntry entry)
    {
        if (source == 0)
        {
            return;
        }
        var type = entry.LogInfo.LogLevel switch
        {
            >= LogLevel.Error => Error,
            LogLevel.Warning => Warning,
            _ => Information,
        };
        message.ResetWrittenCount();
        entry.ToString(message);
        // A string of an event has at most 31,839 characters: ReportEventW.
        var text = System.Text.Encoding.UTF8.GetString(message.WrittenSpan);
        fixed (char* first = text.Length > 30_000 ? text[..30_000] : text)
        {
            var strings = first;
            _ = ReportEvent(source, type, 0, (uint)StateChanges.NumberOf(entry.LogInfo.EventId), 0, 1, 0, &strings, null);
        }
    }

    [LibraryImport("advapi32.dll", EntryPoint = "RegisterEventSourceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint RegisterEventSource(string? server, string source);

    [LibraryImport("advapi32.dll", EntryPoint = "ReportEventW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ReportEvent(nint log, ushort type, ushort category, uint number, nint user, ushort strings, uint bytes, char** texts, void* data);

    [LibraryImport("advapi32.dll", EntryPoint = "RegOpenKeyExW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int OpenKey(nint root, string path, uint options, uint access, out nint key);

    [LibraryImport("advapi32.dll", EntryPoint = "RegCloseKey")]
    private static partial int CloseKey(nint key);
}
