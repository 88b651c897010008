using System;
using System.IO;

namespace S3Sync.Storage;

/// <summary>Keeps a second run away from a ledger.</summary>
static class LedgerHold
{
    /// <summary>A file beside the ledger, open without sharing: the system's own lock, which a killed process cannot leave behind.</summary>
    public static FileStream Take(string path)
    {
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
                return new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Directory.CreateDirectory(directory, owner | UnixFileMode.UserExecute);
            // File names and errors are nobody else's business. SQLite gives its -wal and -shm the mode of the database.
            using (new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, UnixCreateMode = owner }))
            {
            }
            return new(path + ".lock", new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = owner });
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LedgerException($"ledger: {path}: {e.Message}", "the account that runs s3sync must be able to write the ledger and its directory");
        }
        catch (IOException e)
        {
            // The lock file stays behind after a run, so only the error tells: ERROR_SHARING_VIOLATION, or EWOULDBLOCK of flock(2) on Linux.
            throw e.HResult is unchecked((int)0x80070020) or 11
                ? new LedgerException($"ledger: {path} is held by another s3sync", "let it end first, or give this one a ledger of its own with --ledger") { IsHeld = true }
                : new LedgerException($"ledger: {path}: {e.Message}", "name a file on a local disk with --ledger");
        }
    }
}
