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
    /// <summary>The longest path there is, in characters: 32,767 and the zero.</summary>
    const int MostCharacters = 32_768;
    const int MostBytes = Ntdll.All.NameOffset + (MostCharacters * sizeof(char));

    // Asked for when first needed. Whoever asks at the same time gets the same, and either may be kept.
    volatile Place? known;

    /// <summary>True if the path is the directory's own or below it.</summary>
    public bool Covers(string path) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '\\');

    /// <summary>
    /// Reads what an open file says of itself and, in the same call, where it is. 0, or the Win32 code.
    /// </summary>
    /// <param name="path">A path that this one <see cref="Covers"/>.</param>
    /// <param name="file">What was opened by it.</param>
    /// <param name="isThere">True if the file lies where its path says; where not, <see cref="CheckAnew"/> tells.</param>
    public int Read(string path, SafeFileHandle file, out HandleFacts facts, out bool isThere)
    {
        isThere = false;
        var place = known ??= Ask();
        // The second look says why.
        if (place is null) return HandleFacts.Read(file, out facts);
        var relative = Relative(path);
        // No more room than the name may take: a longer one is another.
        var bytes = Math.Max(Ntdll.All.NameOffset + ((place.Name.Length + 1 + relative.Length) * sizeof(char)), Ntdll.All.NameOffset + sizeof(uint));
        var rented = bytes <= 1024 ? null : ArrayPool<byte>.Shared.Rent(bytes);
        var error = HandleFacts.Read(file, (rented ?? stackalloc byte[1024])[..bytes], out facts, out var name);
        isThere = error == 0 && !name.IsEmpty && place.Volume == facts.Volume && IsBelow(name.TrimEnd('\\'), place.Name, relative);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return error;
    }

    /// <summary>
    /// The second look, at what the first did not find as it should be: short (8.3) names, which the system may tell in either form, or a
    /// directory that is somewhere else now (a drive mapped anew). Slow on a share, which is asked for each component.
    /// 0 if the open file lies where its path says, PathNotFound if it lies elsewhere, else the Win32 code of why nobody can tell.
    /// </summary>
    /// <param name="path">A path that this one <see cref="Covers"/>.</param>
    /// <param name="file">What was opened by it.</param>
    public int CheckAnew(string path, SafeFileHandle file)
    {
        using var directory = OpenRoot([], out var error, out _, out _);
        if (error != 0) return error;
        error = FinalName(directory, out var above);
        if (error != 0) return error;
        error = FinalName(file, out var name);
        if (error != 0) return error;
        var relative = Relative(path);
        // A short name has become a long one here: then that it is below the directory must do.
        return IsBelow(name, above, relative) || (relative.Contains('~') && IsBelow(name, above)) ? 0 : Win32Error.PathNotFound;
    }

    ReadOnlySpan<char> Relative(string path) => path.AsSpan(root.Length).TrimStart('\\');

    /// <summary>Opens the directory itself and asks where it is. Null where it is a link by now, or no directory, or does not tell.</summary>
    Place? Ask()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        using var directory = OpenRoot(buffer.AsSpan(0, MostBytes), out var error, out var facts, out var name);
        // A file system that tells no names has the second look answer.
        var place = error == 0 && !name.IsEmpty ? new Place(name.TrimEnd('\\').ToString(), facts.Volume) : null;
        ArrayPool<byte>.Shared.Return(buffer);
        return place;
    }

    SafeFileHandle OpenRoot(Span<byte> room, out int error, out HandleFacts facts, out ReadOnlySpan<char> name)
    {
        facts = default;
        name = default;
        var directory = Kernel32.CreateFile(LongPath.Of(root), Kernel32.ReadAttributes, Kernel32.ShareRead | Kernel32.ShareWrite | Kernel32.ShareDelete, 0,
            Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        error = directory.IsInvalid ? Marshal.GetLastPInvokeError()
            : room.IsEmpty ? HandleFacts.Read(directory, out facts)
            : HandleFacts.Read(directory, room, out facts, out name);
        if (error == 0 && (facts.Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) != FileAttribute.Directory) error = Win32Error.NotADirectory;
        return directory;
    }

    static bool IsBelow(ReadOnlySpan<char> name, ReadOnlySpan<char> directory) =>
        name.Length > directory.Length && name[directory.Length] == '\\' && name.StartsWith(directory, StringComparison.OrdinalIgnoreCase);

    static bool IsBelow(ReadOnlySpan<char> name, ReadOnlySpan<char> directory, ReadOnlySpan<char> relative) =>
        relative.IsEmpty ? Same(name, directory) : IsBelow(name, directory) && Same(name[(directory.Length + 1)..], relative);

    /// <summary>Wine tells a name that ends in a dot or a space without it; that two such files are told apart is not at stake here.</summary>
    static bool Same(ReadOnlySpan<char> one, ReadOnlySpan<char> other) =>
        one.TrimEnd(" .").Equals(other.TrimEnd(" ."), StringComparison.OrdinalIgnoreCase);

    /// <summary>0 with the name, every short name made long and the device of the volume in front; else the Win32 code.</summary>
    static int FinalName(SafeFileHandle file, out string name)
    {
        name = "";
        var buffer = ArrayPool<char>.Shared.Rent(MostCharacters);
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
