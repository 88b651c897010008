using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// A directory that only SYSTEM, the administrators and this user may change. It is held open without the right for others to rename or delete it,
/// so that its path keeps leading to it.
/// </summary>
[SupportedOSPlatform("windows")]
sealed class WindowsPrivateDirectory : IPrivateDirectory
{
    const uint ReadControl = 0x2_0000;

    readonly SafeFileHandle directory;
    readonly string path;

    WindowsPrivateDirectory(SafeFileHandle directory, string path) => (this.directory, this.path) = (directory, path);

    /// <summary>Opens it, made before where it is not there and <paramref name="make"/> says so. Throws where another could use it.</summary>
    public static WindowsPrivateDirectory Open(string path, bool make)
    {
        if (make) Protection.Make(path);
        // A command beside a run holds it as well: nobody shares the right to delete, each may read and write.
        var handle = Kernel32.CreateFile(LongPath.Of(path), ReadControl | Kernel32.ReadAttributes | Kernel32.ListDirectory, Kernel32.ShareRead | Kernel32.ShareWrite, 0, Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        var error = handle.IsInvalid ? Marshal.GetLastPInvokeError() : HandleFacts.Read(handle, out var facts) is not 0 and var unread ? unread
            : (facts.Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) != FileAttribute.Directory ? Win32Error.NotADirectory : 0;
        var others = error == 0 ? Protection.WhoElse(handle) : null;
        if (error == 0 && others is null) return new(handle, path);
        handle.Dispose();
        throw error switch
        {
            0 => new IOException($"'{path}' may be changed by others ({others}), and is not used; {Protection.CommandFor(path)}"),
            Win32Error.NotADirectory => new IOException($"'{path}' is a link or no directory, and is not used"),
            Win32Error.AccessDenied => new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
            _ => new IOException($"'{path}': {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    public List<string> Names(int most)
    {
        List<string> names = [];
        foreach (var entry in Directory.EnumerateFileSystemEntries(path))
        {
            if (names.Count == most) break;
            names.Add(Path.GetFileName(entry));
        }
        return names;
    }

    public byte[]? Read(string name, int most, out string? why)
    {
        why = null;
        using var handle = Kernel32.CreateFile(LongPath.Of(Path.Join(path, name)), Kernel32.GenericRead, Kernel32.ShareRead | Kernel32.ShareWrite | Kernel32.ShareDelete, 0, Kernel32.OpenExisting, Kernel32.OpenReparsePoint, 0);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            why = error == Win32Error.FileNotFound ? null : Marshal.GetPInvokeErrorMessage(error);
            return null;
        }
        if (HandleFacts.Read(handle, out var facts) != 0 || (facts.Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint | FileAttribute.Device)) != 0) why = "it is no regular file";
        else if (facts.Stamp.Size > most) why = $"it is longer than {most} bytes";
        if (why is not null) return null;
        var bytes = new byte[most];
        return bytes[..RandomAccess.Read(handle, bytes, 0)];
    }

    public void Remove(string name) => File.Delete(Path.Join(path, name));

    public void Write(string first, string second, ReadOnlySpan<byte> bytes)
    {
        using (var file = new FileStream(Path.Join(path, first), FileMode.CreateNew, FileAccess.Write, FileShare.None))
            file.Write(bytes);
        File.Move(Path.Join(path, first), Path.Join(path, second));
    }

    public void Dispose() => directory.Dispose();
}
