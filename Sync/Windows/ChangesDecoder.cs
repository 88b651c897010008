using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Turns the records of one buffer into notifications. The kernel does not say whether a name is a file or a directory: its attributes do, and
/// where it is gone already there is nothing to say. Owned by the thread in Wait.
/// </summary>
[SupportedOSPlatform("windows")]
sealed class ChangesDecoder
{
    /// <summary>The longest path there is: 32,767 characters and the zero.</summary>
    const int MostCharacters = 32_768;

    /// <summary>More are not written at the same time, mostly; and those are asked for once more.</summary>
    const int MostFiles = 1024;

    readonly char[] path = GC.AllocateUninitializedArray<char>(MostCharacters);
    readonly char[] expanded = GC.AllocateUninitializedArray<char>(MostCharacters);

    public void Decode(WatchedRoot root, ReadOnlySpan<byte> buffer, List<Notification> into)
    {
        root.Path.CopyTo(path);
        path[root.Path.Length] = '\\';
        var parser = new ChangesParser(buffer);
        var files = root.Files.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadOnlySpan<char> last = default;
        while (parser.TryNext(out var action, out var name))
        {
            if (action is ChangeAction.Removed or ChangeAction.RenamedOld) files.Remove(name);
            if (action is not (ChangeAction.Added or ChangeAction.Modified or ChangeAction.RenamedNew) || name.IsEmpty) continue;
            // A file being written is told of again and again: once in a row is enough.
            if (action == ChangeAction.Modified && name.SequenceEqual(last)) continue;
            last = action == ChangeAction.RenamedNew ? default : name;
            // One that is written for long is told of in many buffers. If it is none any more, who looks at it when it has settled sees that.
            if (action == ChangeAction.Modified && files.TryGetValue(name, out var known)) into.Add(new(Sign.Touched, root.Root, known));
            else One(root, action, name, into);
        }
        // What cannot be read is as good as lost.
        if (parser.Broken) into.Add(new(Sign.Overflow, root.Root, ""));
    }

    void One(WatchedRoot root, ChangeAction action, ReadOnlySpan<char> name, List<Notification> into)
    {
        if (!Utf16Name.IsText(name))
        {
            if (action != ChangeAction.Modified) into.Add(new(Sign.Unnameable, root.Root, Utf16Name.Shown(name)));
            return;
        }
        var start = root.Path.Length + 1;
        if (start + name.Length >= path.Length) return;
        name.CopyTo(path.AsSpan(start));
        path[start + name.Length] = '\0';
        if (!TryAttributes(out var attributes) || (attributes & FileAttribute.ReparsePoint) != 0) return;
        var directory = (attributes & FileAttribute.Directory) != 0;
        // A directory is "modified" whenever something in it is.
        if (directory && action == ChangeAction.Modified) return;
        var sign = directory ? Sign.Directory : action == ChangeAction.RenamedNew ? Sign.Moved : Sign.Touched;
        var isShort = name.Contains('~');
        if (isShort) name = Expanded(root, name);
        if (!Utf16Name.IsText(name))
        {
            into.Add(new(Sign.Unnameable, root.Root, Utf16Name.Shown(name)));
            return;
        }
        string text = new(name);
        into.Add(new(sign, root.Root, text));
        if (!directory && !isShort && attributes != 0) Remember(root, text);
    }

    static void Remember(WatchedRoot root, string file)
    {
        if (root.Files.Count >= MostFiles) root.Files.Clear();
        root.Files.Add(file);
    }

    /// <summary>False where nothing is there any more. Any other error is for whoever opens the file to meet.</summary>
    unsafe bool TryAttributes(out FileAttribute attributes)
    {
        fixed (char* start = path)
        {
            var found = Kernel32.GetAttributes(start);
            attributes = found == uint.MaxValue ? 0 : (FileAttribute)found;
            return found != uint.MaxValue || Marshal.GetLastPInvokeError() is not (Win32Error.FileNotFound or Win32Error.PathNotFound);
        }
    }

    /// <summary>A name may come in its 8.3 form, which would make another key: https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-readdirectorychangesw.</summary>
    unsafe ReadOnlySpan<char> Expanded(WatchedRoot root, ReadOnlySpan<char> name)
    {
        uint length;
        fixed (char* start = path, into = expanded) length = Kernel32.GetLongPathName(start, into, (uint)expanded.Length);
        if (length == 0 || length >= expanded.Length) return name;
        var full = expanded.AsSpan(0, (int)length);
        var below = root.LongName.Length;
        return full.Length > below + 1 && full[below] == '\\' && full[..below].Equals(root.LongName, StringComparison.OrdinalIgnoreCase)
            ? full[(below + 1)..]
            : name;
    }
}
