using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync;

/// <summary>How an attempt to look at, open or delete one file ended.</summary>
enum Access
{
    /// <summary>It worked.</summary>
    Ok,
    /// <summary>No file of that name.</summary>
    Missing,
    /// <summary>Somebody has it open for writing, or open in a way that forbids what was asked; normal, try again soon.</summary>
    Busy,
    /// <summary>No permission.</summary>
    Denied,
    /// <summary>A directory, link, reparse point, device, pipe or socket: not ours to touch.</summary>
    NotRegular,
    /// <summary>The content is elsewhere (offline, recalled on access): reading would fetch it.</summary>
    Elsewhere,
    /// <summary>The name now belongs to another file, or the file changed: it was left alone.</summary>
    Different,
    /// <summary>Any other refusal of the system.</summary>
    Failed,
}

/// <summary>An <see cref="Access"/> with the system's own error: errno or Win32 code, 0 where there is none.</summary>
readonly record struct AccessResult(Access Access, int Error = 0)
{
    public bool Ok => Access == Access.Ok;

    /// <summary>Why it is not, in words.</summary>
    public string Why => Error != 0 ? Platform.Explain(Error).ToString() : Access switch
    {
        Access.Missing => "it is not there",
        Access.Busy => "somebody has it open",
        Access.Denied => "permission denied",
        Access.NotRegular => "it is no regular file",
        Access.Elsewhere => "its content is not on this machine",
        Access.Different => "it is another by now",
        _ => "the system does not say why",
    };
}

/// <summary>What a directory holds under one name.</summary>
enum EntryKind : byte { File, Directory, Other }

/// <summary>One name in a listing. <paramref name="Name"/> is null where it is not valid UTF-8 (UTF-16 on Windows); then <paramref name="Shown"/> is how to show it, escaped.</summary>
readonly record struct Entry(string? Name, EntryKind Kind, string? Shown = null);

/// <summary>
/// The file system as s3sync uses it. One implementation a system; every member may be called from any thread and throws nothing for a file's own fault.
/// What a path below a watched directory leads to through a link, at any component, is <see cref="Access.Missing"/>.
/// </summary>
interface IDisk
{
    /// <summary>
    /// Opens a regular file for reading, never following a link, and never one that somebody has open for writing where the system can tell.
    /// On success <paramref name="file"/> is the caller's to dispose.
    /// </summary>
    AccessResult Open(string path, out SourceFile? file);

    /// <summary>Reads the stamp of what is under the name, without following a link. <see cref="Access.NotRegular"/> for anything but a file.</summary>
    AccessResult Look(string path, out Stamp stamp);

    /// <summary>
    /// Removes the file under <paramref name="path"/> if and only if it is still the very one that <paramref name="expected"/> describes.
    /// <paramref name="open"/>, where there is one, is the handle it was read through, which stays the caller's.
    /// Compares the whole stamp; where <paramref name="expected"/>.Changed is 0 that member is not compared.
    /// <paramref name="volume"/>, unless 0, is the <see cref="RootIdentity.Device"/> it must be on: a file of another volume may have the same id.
    /// </summary>
    AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume = 0);

    /// <summary>Tells what a directory is, so that another one under the same path can be told from it.</summary>
    AccessResult Identify(string directory, out RootIdentity identity);

    /// <summary>Calls <paramref name="each"/> for every entry of a directory but "." and "..", in the system's order, following no link.</summary>
    AccessResult List(string directory, Action<Entry> each);

    /// <summary>
    /// Removes a directory if nothing is in it and nothing was added to it or removed from it for so long, which also means that it is no younger;
    /// <see cref="Access.Different"/> where it is not so. The system itself keeps one that is not empty.
    /// </summary>
    AccessResult RemoveEmpty(string directory, TimeSpan untouched);

    /// <summary>True if the system marks a file or directory as hidden or as its own. Where it has no such mark but names (Linux): false.</summary>
    bool IsHidden(string path) => false;
}

/// <summary>A file open for reading, with the stamp it had when it was opened. Owned by one holder at a time, who disposes it.</summary>
abstract class SourceFile(SafeFileHandle handle, Stamp stamp) : IDisposable
{
    /// <summary>The system's.</summary>
    public SafeFileHandle Handle { get; } = handle;

    /// <summary>The stamp at opening, read from the handle.</summary>
    public Stamp Stamp { get; } = stamp;

    /// <summary>The volume it is on, in the system's own numbers: see <see cref="RootIdentity.Device"/>.</summary>
    public ulong Volume { get; init; }

    /// <summary>Null if the system told, at opening, that nobody had it open for writing; else why it could not.</summary>
    public Doubt? Doubt { get; init; }

    /// <summary>
    /// Reads at an offset, up to as much as there is room for; 0 only at the file's end. Throws <see cref="IOException"/>. The systems' own ways take
    /// one call: <see cref="RandomAccess"/> asks first, once a file, what kind of file it is.
    /// </summary>
    public virtual int Read(Span<byte> into, long offset) => RandomAccess.Read(Handle, into, offset);

    /// <summary>
    /// The longest time within which two changes of this file may get the same stamp; zero where each gets its own. No longer than its <see cref="Stamp"/> tells.
    /// </summary>
    public virtual TimeSpan Tick => Stamp.Tick;

    /// <summary>
    /// True if somebody is seen who has it open for writing or locked, where <see cref="Doubt"/> is not null.
    /// False proves nothing: not every process may be looked at.
    /// </summary>
    public virtual bool HasVisibleWriter() => false;

    /// <summary>True if the open file still has the stamp it was opened with.</summary>
    public abstract bool Unchanged();

    public void Dispose() => Handle.Dispose();
}
