using System;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;

namespace S3Sync.Sync;

/// <summary>Limits of this process that a failure may come from: open files and memory. Has no state; any thread.</summary>
static class Limits
{
    /// <summary>EMFILE and ENFILE of errno(3), which .NET passes on as HResult.</summary>
    const int ProcessFull = 24, SystemFull = 23;

    /// <summary>What a run has open besides its uploads: ledger, lock, log, notifications, requests, what the runtime needs, and some to spare.</summary>
    const int OpenByItself = 40;

    /// <summary>A source file, a connection, and what opening either takes for a moment.</summary>
    const int OpenByUpload = 3;

    /// <summary>A process with a higher limit is far from it, and is not counted through at each failure.</summary>
    const long SmallLimit = 4096;

    /// <summary>
    /// Bytes a run needs besides its buffers, which are not the collector's. With its own limit (GCHeapHardLimit) at 16 MB,
    /// 2,000 small files and ten of 50 MiB were no trouble.
    /// </summary>
    const long MemoryByItself = 20L << 20;

    /// <summary>What is wrong if a failure, or what it was caused by, is a limit's; else null.</summary>
    public static Problem? Of(Exception? failure)
    {
        var isNetwork = false;
        for (; failure is not null; failure = failure.InnerException)
        {
            switch (failure)
            {
                case OutOfMemoryException:
                    return NoMemory;
                case SocketException { SocketErrorCode: SocketError.TooManyOpenSockets }:
                case IOException { HResult: ProcessFull or SystemFull }:
                    return NoFiles;
                case SocketException or HttpRequestException:
                    isNetwork = true;
                    break;
            }
        }
        // To find a name, or to read the authorities to trust, takes files too, and what comes of it then is another error.
        return isNetwork && IsOutOfFiles() ? NoFiles : null;
    }

    /// <summary>The problem of a failed call to the system, if a limit of open files is it.</summary>
    /// <param name="error">errno, or the Win32 code.</param>
    public static Problem? Of(int error) => error is ProcessFull or SystemFull && OperatingSystem.IsLinux() ? NoFiles : null;

    /// <summary>How many uploads at the same time a limit leaves room for, at most as many as are wanted, at least one.</summary>
    /// <param name="files">How many files this process may have open; null for no limit.</param>
    /// <param name="uploads">As many as are wanted.</param>
    public static int UploadsWithin(long? files, int uploads) => files is { } most ? (int)Math.Clamp((most - OpenByItself) / OpenByUpload, 1, uploads) : uploads;

    /// <summary>What a limit leads to that is too low for the settings; null where it is high enough.</summary>
    /// <param name="files">How many files this process may have open; null for no limit.</param>
    /// <param name="uploads">As many as are wanted.</param>
    public static Problem? OfFiles(long? files, int uploads) => UploadsWithin(files, uploads) is var fit && fit < uploads
        ? new($"this process may have only {files} files open: at most {fit} uploads at the same time instead of {uploads}", RaiseFiles)
        : null;

    /// <summary>What the collector's limit may lead to; null where it is high enough.</summary>
    /// <param name="available">Bytes that the collector may use: a container's limit, or the machine's.</param>
    public static Problem? OfMemory(long available, long buffers) => available < NeededFor(buffers)
        ? new($"this process may use only {available >> 20} MB of memory, and may need {NeededFor(buffers) >> 20} with {buffers >> 20} MB of upload buffers", LessMemory)
        : null;

    /// <summary>Bytes the collector may use: three quarters of a container's limit, what DOTNET_GCHeapHardLimit says, or the machine's memory.</summary>
    public static long Memory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Whole MB of buffers that a limit leaves room for; may be negative.</summary>
    public static long BuffersWithin(long available) => available - MemoryByItself >> 20 << 20;

    static long NeededFor(long buffers) => MemoryByItself + buffers;

    static Problem NoFiles => new("too many files are open: a limit of this process or this machine is reached", RaiseFiles);

    static Problem NoMemory => new("out of memory", LessMemory);

    const string RaiseFiles = "raise the limit (LimitNOFILE= of the systemd unit, ulimit -n, --ulimit nofile= of a container), or give a smaller --uploader-threads (-u)";

    const string LessMemory = "give a smaller --buffer-memory (and --upload-part-size, -u), or more memory: MemoryMax= of the systemd unit, --memory of the container";

    /// <summary>True if hardly any more file can be opened: what failed for that may have closed its own meanwhile.</summary>
    static bool IsOutOfFiles()
    {
        if (!OperatingSystem.IsLinux() || Platform.RaiseOpenFiles() is not { } most || most > SmallLimit)
        {
            return false;
        }
        try
        {
            return Directory.GetFiles("/proc/self/fd").Length > most - OpenByUpload;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
