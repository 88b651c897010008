using System;
using System.IO;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// Keeps a second run away from a ledger: a file beside it, open without sharing, which is the system's own lock and cannot be left behind by a killed
/// process. Where the system lets that file be removed while it is open (Linux), the hold is lost: a second run makes another. Any thread.
/// </summary>
sealed class LedgerHold : IDisposable
{
    readonly string path;
    readonly FileStream held;
    // Of the ledger itself, which may be removed, or put back from a backup, without its lock. Not held open here: to close it would end SQLite's own
    // locks (https://sqlite.org/howtocorrupt.html, 2.2). SQLite has it open, so that no other file gets its number.
    readonly FileNumber? ledger;

    LedgerHold(string path, FileStream held, FileNumber? ledger)
    {
        this.path = path;
        this.held = held;
        this.ledger = ledger;
    }

    /// <summary>Makes the ledger's directory where it is not there, and takes the hold. Throws <see cref="LedgerException"/>.</summary>
    public static LedgerHold Take(string path)
    {
        FileStream? held = null;
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Platform.MakePrivate(directory);
            CheckPrivate(directory);
            held = Platform.OpenPlain(path + ".lock", alone: true);
            // File names and errors are nobody else's business. SQLite gives its -wal and -shm the mode of the database.
            if (!OperatingSystem.IsWindows())
            {
                Platform.OpenPlain(path, alone: false).Dispose();
            }
            return new(path, held, Platform.NumberOf(path, out _));
        }
        catch (UnauthorizedAccessException e)
        {
            held?.Dispose();
            throw new LedgerException($"ledger: {path}: {e.Message}", "the account that runs s3sync must be able to write the ledger and its directory");
        }
        catch (IOException e)
        {
            held?.Dispose();
            // The lock file stays behind after a run, so only the error tells: ERROR_SHARING_VIOLATION, or EWOULDBLOCK of flock(2) on Linux.
            throw e.HResult is unchecked((int)0x80070020) or 11
                ? new LedgerException($"ledger: {path} is held by another s3sync", "let it end first, or give this one a ledger of its own with --ledger") { IsHeld = true }
                : new LedgerException($"ledger: {path}: {e.Message}", "name a file on a local disk with --ledger");
        }
    }

    /// <summary>Throws <see cref="LedgerException"/> once the ledger or its lock was removed or replaced: another run may have begun.</summary>
    public void Check()
    {
        if (Platform.IsAt(held.SafeFileHandle, path + ".lock") == false)
        {
            throw Lost(path + ".lock");
        }
        if (ledger is { } number && (Platform.NumberOf(path, out var gone) is { } now ? now != number : gone))
        {
            throw Lost(path);
        }
    }

    public void Dispose()
    {
        // A process that is being started has a copy of every descriptor for an instant: the lock would outlive ours.
        Platform.Unlock(held.SafeFileHandle);
        held.Dispose();
    }

    static LedgerException Lost(string name) => new(
        $"ledger: {name} was removed or replaced during the run, so that another run could begin: this one deletes and uploads nothing more, and ends",
        "leave the ledger and its directory alone while s3sync runs; start it again: what is in the bucket already is recognised");

    /// <summary>Every user of Windows may make files below %ProgramData%: there a directory that others can change is refused. Elsewhere its rights are the operator's choice.</summary>
    static void CheckPrivate(string directory)
    {
        if (OperatingSystem.IsWindows() && Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData) is { Length: > 0 } common
            && directory.StartsWith(common + '\\', StringComparison.OrdinalIgnoreCase) && Platform.WhyShared(directory) is { } shared)
        {
            throw new LedgerException($"ledger: {shared.What}: they could replace it", $"as an administrator: {shared.Hint}");
        }
    }
}
