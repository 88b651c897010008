using System;
using System.IO;

namespace S3Sync.Sync;

/// <summary>An error of the operating system, as a person reads it.</summary>
/// <param name="Words">What it means: "read-only file system".</param>
/// <param name="Code">What to look it up by: "EROFS, 30", or "error 19" on Windows.</param>
/// <param name="Hint">What may help; null where nothing general is known.</param>
sealed record SystemError(string Words, string Code, string? Hint = null)
{
    /// <summary>The system's code that an exception of .NET carries: errno, or the Win32 code; 0 where there is none.</summary>
    public static int CodeOf(Exception failure)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            // Linux: errno itself, at most 4,095 (MAX_ERRNO of linux/err.h). Windows: HRESULT_FROM_WIN32.
            if (!OperatingSystem.IsWindows() && e is IOException && e.HResult is > 0 and < 4096 and var errno)
            {
                return errno;
            }
            if (OperatingSystem.IsWindows() && (e.HResult & 0xFFFF_0000) == 0x8007_0000)
            {
                return e.HResult & 0xFFFF;
            }
        }
        return 0;
    }

    /// <summary>In words, where the system has given a code; else what .NET says.</summary>
    public static string Of(Exception failure) => CodeOf(failure) is > 0 and var code ? Platform.Explain(code).ToString() : failure.Message;

    /// <summary>With other words for it.</summary>
    public string As(string words) => (this with { Words = words }).ToString();

    /// <summary>All of it, in one line.</summary>
    public override string ToString() => Hint is null ? $"{Words} ({Code})" : $"{Words} ({Code}); {Hint}";
}

/// <summary>Whose fault an error is that a file met.</summary>
enum Culprit : byte
{
    /// <summary>The file's own, or its directory's.</summary>
    File,
    /// <summary>That of this file's place on its volume, or of the whole volume: only other files tell.</summary>
    Either,
    /// <summary>The volume's: every file of it would meet it.</summary>
    Volume,
}
