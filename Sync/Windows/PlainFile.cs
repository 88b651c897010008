using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Windows;

/// <summary>Files of our own under names that others can guess. To make a link takes a privilege here, unlike on Linux. Has no state.</summary>
[SupportedOSPlatform("windows")]
static unsafe class PlainFile
{
    const uint NoAttributes = 0xFFFF_FFFF;

    /// <summary>Opens or makes it, for reading and writing. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="alone">True to share it with nobody.</param>
    public static FileStream Open(string path, bool alone)
    {
        if (new FileInfo(path).LinkTarget is not null) throw new IOException($"'{path}' is a link, which is not followed");
        return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, alone ? FileShare.None : FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    /// <summary>Whether anything has the name. Where its directory is away (a share, a drive) the answer is PathNotFound, which tells nothing.</summary>
    public static Presence Look(string path)
    {
        uint attributes;
        fixed (char* name = LongPath.Of(path)) attributes = Kernel32.GetAttributes(name);
        if (attributes != NoAttributes) return new(There: true);
        var error = Marshal.GetLastPInvokeError();
        return error == Win32Error.FileNotFound ? new(There: false) : new(null, Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>Who else than this user and administrators could change what is in the directory, and the command that ends it; null where nobody can.</summary>
    public static Problem? WhyShared(string directory) =>
        Protection.WhoElse(directory) is { } others ? new($"{Shown.Name(directory)} may be changed by others ({others})", Protection.CommandFor(directory)) : null;
}
