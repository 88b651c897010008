using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Tells whether what was opened below a watched directory really lies there. CreateFileW follows a junction or a link in the middle of a path:
/// whoever may write in a watched directory could put one in the place of a directory between our finding of a file and our opening of it, and
/// have any file of this machine uploaded and deleted. So the open handle is asked where it is, which no later swap changes.
/// The names compared are the system's own, of the file and of the directory, both by handle: a drive made by subst, a mapped one, a mounted
/// folder or a link on the way to the directory are in both. Any thread.
/// </summary>
[SupportedOSPlatform("windows")]
sealed unsafe class Anchor(string root)
{
    /// <summary>The longest path there is, 32,767 characters, and the zero; in bytes, with the length in front of it.</summary>
    const int MostBytes = sizeof(uint) + (32_768 * sizeof(char));

    // Asked for when first needed. Whoever asks at the same time gets the same, and either may be kept.
    volatile Place? known;

    /// <summary>True if the path is the directory's own or below it.</summary>
    public bool Covers(string path) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '\\');

    /// <summary>0 if the open file lies where its path says, PathNotFound if it lies elsewhere, else the Win32 code of why nobody can tell.</summary>
    /// <param name="path">A path that this one <see cref="Covers"/>.</param>
    /// <param name="file">What was opened by it.</param>
    /// <param name="volume">The volume it is on.</param>
    public int Check(string path, SafeFileHandle file, ulong volume)
    {
        var relative = path.AsSpan(root.Length).TrimStart('\\');
        var place = known;
        if (place is null)
        {
            var error = Ask(out place);
            if (error != 0) return error;
            known = place;
        }
        return place!.Volume == volume && IsAt(file, place.Name, relative) ? 0 : CheckAnew(relative, file);
    }

    /// <summary>Opens the directory itself and asks where it is. Where it is a link by now, or no directory, it is not there.</summary>
    int Ask(out Place? place)
    {
        place = null;
        using var directory = OpenRoot(out var error, out var facts);
        if (error != 0) return error;
        var buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        error = TryName(directory, buffer.AsSpan(0, MostBytes), out var name) ? 0 : Marshal.GetLastPInvokeError();
        if (error == 0) place = new(name.ToString(), facts.Volume);
        ArrayPool<byte>.Shared.Return(buffer);
        return error;
    }

    /// <summary>
    /// The second look, at what the first did not find as it should be: short (8.3) names, which the system may tell in either form, or a
    /// directory that is somewhere else now (a drive mapped anew). Slow on a share, which is asked for each component.
    /// </summary>
    int CheckAnew(ReadOnlySpan<char> relative, SafeFileHandle file)
    {
        using var directory = OpenRoot(out var error, out _);
        if (error != 0) return error;
        error = FinalName(directory, out var above);
        if (error != 0) return error;
        error = FinalName(file, out var name);
        if (error != 0) return error;
        // A short name has become a long one here: then that it is below the directory must do.
        return IsBelow(name, above, relative) || (relative.Contains('~') && IsBelow(name, above)) ? 0 : Win32Error.PathNotFound;
    }

    SafeFileHandle OpenRoot(out int error, out HandleFacts facts)
    {
        facts = default;
        var directory = Kernel32.CreateFile(LongPath.Of(root), Kernel32.ReadAttributes, Kernel32.ShareRead | Kernel32.ShareWrite | Kernel32.ShareDelete, 0,
            Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        error = directory.IsInvalid ? Marshal.GetLastPInvokeError() : HandleFacts.Read(directory, out facts);
        if (error == 0 && (facts.Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) != FileAttribute.Directory) error = Win32Error.NotADirectory;
        return directory;
    }

    /// <summary>One call to the system, with no more room than the name may take: a longer one is another.</summary>
    static bool IsAt(SafeFileHandle file, string directory, ReadOnlySpan<char> relative)
    {
        var bytes = sizeof(uint) + ((directory.Length + 1 + relative.Length) * sizeof(char));
        var rented = bytes <= 1024 ? null : ArrayPool<byte>.Shared.Rent(bytes);
        var isAt = TryName(file, (rented ?? stackalloc byte[1024])[..Math.Max(bytes, 2 * sizeof(uint))], out var name)
            && IsBelow(name, directory, relative);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return isAt;
    }

    static bool IsBelow(ReadOnlySpan<char> name, ReadOnlySpan<char> directory) =>
        name.Length > directory.Length && name[directory.Length] == '\\' && name.StartsWith(directory, StringComparison.OrdinalIgnoreCase);

    static bool IsBelow(ReadOnlySpan<char> name, ReadOnlySpan<char> directory, ReadOnlySpan<char> relative) =>
        relative.IsEmpty ? Same(name, directory) : IsBelow(name, directory) && Same(name[(directory.Length + 1)..], relative);

    /// <summary>Wine tells a name that ends in a dot or a space without it; that two such files are told apart is not at stake here.</summary>
    static bool Same(ReadOnlySpan<char> one, ReadOnlySpan<char> other) =>
        one.TrimEnd(" .").Equals(other.TrimEnd(" ."), StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// FILE_NAME_INFO: the length in bytes, then the name by which it was opened once all links were followed, from the volume's root, or with
    /// server and share in front. What GetFinalPathNameByHandleW asks for as well (FILE_NAME_OPENED), before it looks up the volume's name.
    /// </summary>
    static bool TryName(SafeFileHandle file, Span<byte> buffer, out ReadOnlySpan<char> name)
    {
        name = default;
        fixed (byte* start = buffer)
            if (!Kernel32.GetInfo(file, Kernel32.NameInfo, start, (uint)buffer.Length)) return false;
        var length = (int)Math.Min(MemoryMarshal.Read<uint>(buffer), (uint)(buffer.Length - sizeof(uint)));
        name = MemoryMarshal.Cast<byte, char>(buffer.Slice(sizeof(uint), length)).TrimEnd('\\');
        return true;
    }

    /// <summary>0 with the name, every short name made long and the device of the volume in front; else the Win32 code.</summary>
    static int FinalName(SafeFileHandle file, out string name)
    {
        name = "";
        var buffer = ArrayPool<char>.Shared.Rent(MostBytes / sizeof(char));
        uint length;
        fixed (char* start = buffer) length = Kernel32.GetFinalPathName(file, start, (uint)buffer.Length, Kernel32.VolumeNameNt);
        var error = length == 0 ? Marshal.GetLastPInvokeError() : length >= buffer.Length ? Win32Error.MoreData : 0;
        if (error == 0) name = new string(buffer, 0, (int)length).TrimEnd('\\');
        ArrayPool<char>.Shared.Return(buffer);
        return error;
    }

    /// <summary>Where something is: a name from the volume's root on, and the volume.</summary>
    sealed record Place(string Name, ulong Volume);
}
