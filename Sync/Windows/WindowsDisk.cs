using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// The file system of Windows. Reading shares READ and DELETE but not WRITE: that it succeeds proves that nobody has the file open for
/// writing, and it keeps writers out: https://learn.microsoft.com/windows/win32/fileio/creating-and-opening-files.
/// What a link or junction in the middle of a path leads to is not there, as on Linux: see <see cref="Anchor"/>.
/// </summary>
/// <param name="roots">The watched directories: below them every handle is asked where it is. Paths elsewhere are taken as they are.</param>
[SupportedOSPlatform("windows")]
sealed class WindowsDisk(IEnumerable<string> roots) : IDisk
{
    /// <summary>About 500 names a call.</summary>
    const int ListBytes = 64 * 1024;

    const uint ReadShare = Kernel32.ShareRead | Kernel32.ShareDelete;
    const uint ShareAll = ReadShare | Kernel32.ShareWrite;

    readonly Anchor[] anchors = [.. roots.Select(root => new Anchor(root))];

    public AccessResult Open(string path, out SourceFile? file)
    {
        file = null;
        // No FILE_FLAG_OVERLAPPED: a synchronous handle is read at an offset as well.
        var opened = OpenHandle(path, Kernel32.GenericRead, ReadShare, Kernel32.SequentialScan, out var handle, out var facts);
        if (opened.Ok) file = new WindowsSourceFile(handle!, facts.Stamp) { Volume = facts.Volume };
        return opened;
    }

    public AccessResult Look(string path, out Stamp stamp)
    {
        // Attributes alone conflict with no share mode.
        var opened = OpenHandle(path, Kernel32.ReadAttributes, ShareAll, Kernel32.BackupSemantics, out var handle, out var facts);
        handle?.Dispose();
        stamp = facts.Stamp;
        return opened;
    }

    /// <summary>
    /// Opens the name once more, proves by the whole stamp that it is the very file, and deletes it through that second handle: by name, so that a file
    /// renamed meanwhile is left alone; by handle, so that no other file can take its place. This handle keeps writers out as one for reading does.
    /// One open for reading and deletion would do for most files, but not for other programs: DELETE access, held as long as an upload takes, refuses
    /// every reader that does not share DELETE, as most do not, and where such a one is there already it is refused itself. So it is taken here, for an instant.
    /// </summary>
    public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume = 0)
    {
        if (open is not null && open.Stamp.FileId != expected.FileId) return new(Access.Different);
        const uint access = Kernel32.DeleteAccess | Kernel32.ReadAttributes;
        var opened = OpenHandle(path, access | Kernel32.WriteAttributes, ReadShare, 0, out var handle, out var facts);
        var mayWriteAttributes = opened.Access != Access.Denied;
        if (!mayWriteAttributes) opened = OpenHandle(path, access, ReadShare, 0, out handle, out facts);
        if (!opened.Ok) return opened.Access == Access.NotRegular ? opened with { Access = Access.Different } : opened;
        using (handle)
        {
            var found = expected.Changed != 0 ? facts.Stamp : facts.Stamp with { Changed = 0 };
            if (found != expected) return new(Access.Different);
            // Ids are a volume's own: what has the drive letter or the mounted folder by now may have a file with the same ones.
            if ((open is not null && facts.Volume != open.Volume) || (volume != 0 && facts.Volume != volume)) return new(Access.Different);
            var error = Disposition.Delete(handle!, facts.Attributes, mayWriteAttributes);
            return error == 0 ? new(Access.Ok) : Win32Error.Outcome(error);
        }
    }

    public AccessResult Identify(string directory, out RootIdentity identity)
    {
        identity = default;
        if (directory.Contains('\0')) return new(Access.Failed, Win32Error.InvalidName);
        using var handle = Kernel32.CreateFile(LongPath.Of(directory), Kernel32.ReadAttributes, ShareAll, 0,
            Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        if (handle.IsInvalid) return Win32Error.Outcome(Marshal.GetLastPInvokeError());
        var error = HandleFacts.Read(handle, out var facts);
        if (error != 0) return Win32Error.Outcome(error);
        if ((facts.Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) != FileAttribute.Directory) return new(Access.NotRegular);
        // The serial number is made when the volume is formatted, and the id has a number in it that says how often it was used.
        identity = new(facts.Volume, facts.Volume, facts.Stamp.FileId);
        return new(Access.Ok);
    }

    public unsafe AccessResult List(string directory, Action<Entry> each)
    {
        if (directory.Contains('\0')) return new(Access.Failed, Win32Error.InvalidName);
        using var handle = Kernel32.CreateFile(LongPath.Of(directory), Kernel32.ListDirectory | Kernel32.ReadAttributes, ShareAll, 0,
            Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        if (handle.IsInvalid) return Win32Error.Outcome(Marshal.GetLastPInvokeError());
        var error = Read(directory, handle, out var facts, out var isThere);
        if (error != 0) return Win32Error.Outcome(error);
        if ((facts.Attributes & FileAttribute.Directory) == 0) return new(Access.Missing, Win32Error.NotADirectory);
        if ((facts.Attributes & FileAttribute.ReparsePoint) != 0) return new(Access.NotRegular);
        error = isThere ? 0 : CheckAnew(directory, handle);
        if (error != 0) return Win32Error.Outcome(error);
        var buffer = ArrayPool<byte>.Shared.Rent(ListBytes);
        try
        {
            fixed (byte* start = buffer)
                while (Kernel32.GetInfo(handle, Kernel32.FullDirectoryInfo, start, (uint)buffer.Length))
                    if (!TellEntries(buffer, each)) return new(Access.Failed);
            error = Marshal.GetLastPInvokeError();
            // FileNotFound: the root of an empty drive has not even "." and "..".
            return error is Win32Error.NoMoreFiles or Win32Error.FileNotFound ? new(Access.Ok) : Win32Error.Outcome(error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public AccessResult RemoveEmpty(string directory, TimeSpan untouched)
    {
        if (directory.Contains('\0')) return new(Access.Failed, Win32Error.InvalidName);
        using var handle = Kernel32.CreateFile(LongPath.Of(directory), Kernel32.DeleteAccess | Kernel32.ReadAttributes, ShareAll, 0,
            Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        if (handle.IsInvalid) return Win32Error.Outcome(Marshal.GetLastPInvokeError());
        var error = Read(directory, handle, out var facts, out var isThere);
        if (error != 0) return Win32Error.Outcome(error);
        if ((facts.Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) != FileAttribute.Directory) return new(Access.NotRegular);
        error = isThere ? 0 : CheckAnew(directory, handle);
        if (error != 0) return Win32Error.Outcome(error);
        if (facts.Stamp.AgeAt(DateTime.UtcNow) < untouched) return new(Access.Different);
        error = Disposition.Delete(handle, facts.Attributes, mayWriteAttributes: false);
        return error == 0 ? new(Access.Ok) : error == Win32Error.DirectoryNotEmpty ? new(Access.Different, error) : Win32Error.Outcome(error);
    }

    public bool IsHidden(string path) => (AttributesOf(LongPath.Of(path)) & (FileAttribute.Hidden | FileAttribute.System)) != 0;

    AccessResult OpenHandle(string path, uint access, uint share, uint flags, out SafeFileHandle? handle, out HandleFacts facts)
    {
        handle = null;
        facts = default;
        if (path.Contains('\0')) return new(Access.Failed, Win32Error.InvalidName);
        var full = LongPath.Of(path);
        var opened = Kernel32.CreateFile(full, access, share, 0, Kernel32.OpenExisting, flags | Kernel32.OpenReparsePoint, 0);
        var isThere = false;
        var error = opened.IsInvalid ? Marshal.GetLastPInvokeError() : Read(path, opened, out facts, out isThere);
        if (error == 0 && facts.Access == Access.Ok && !isThere) error = CheckAnew(path, opened);
        var outcome = error == 0 ? new(facts.Access) : Win32Error.Outcome(error);
        if (outcome.Ok) handle = opened;
        else
        {
            facts = default;
            opened.Dispose();
            // A directory opened for reading says "denied".
            if (outcome.Access == Access.Denied && IsDirectory(full)) outcome = new(Access.NotRegular, error);
        }
        return outcome;
    }

    /// <summary>What an open file says of itself. 0, or the Win32 code.</summary>
    /// <param name="isThere">True if it lies where its path says; where not, <see cref="CheckAnew"/> tells.</param>
    int Read(string path, SafeFileHandle opened, out HandleFacts facts, out bool isThere)
    {
        if (AnchorOf(path) is { } anchor) return anchor.Read(path, opened, out facts, out isThere);
        isThere = true;
        return HandleFacts.Read(opened, out facts);
    }

    int CheckAnew(string path, SafeFileHandle opened) => AnchorOf(path)?.CheckAnew(path, opened) ?? 0;

    Anchor? AnchorOf(string path)
    {
        foreach (var anchor in anchors)
            if (anchor.Covers(path)) return anchor;
        return null;
    }

    static bool IsDirectory(string path) => (AttributesOf(path) & FileAttribute.Directory) != 0;

    /// <summary>None where nothing is there.</summary>
    static unsafe FileAttribute AttributesOf(string path)
    {
        uint attributes;
        fixed (char* start = path) attributes = Kernel32.GetAttributes(start);
        return attributes == uint.MaxValue ? 0 : (FileAttribute)attributes;
    }

    static bool TellEntries(ReadOnlySpan<byte> records, Action<Entry> each)
    {
        var parser = new DirectoryParser(records);
        while (parser.TryNext(out var name, out var attributes))
        {
            if (name is "." or "..") continue;
            // RecallOnOpen shows only here: what has it is not on this disk, and opening would fetch it.
            var kind = (attributes & (FileAttribute.ReparsePoint | FileAttribute.Device | FileAttribute.RecallOnOpen)) != 0 ? EntryKind.Other
                : (attributes & FileAttribute.Directory) != 0 ? EntryKind.Directory
                : EntryKind.File;
            each(Utf16Name.IsText(name) ? new(new(name), kind) : new(null, kind, Utf16Name.Shown(name)));
        }
        return !parser.Broken;
    }
}
