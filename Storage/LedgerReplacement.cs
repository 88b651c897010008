using System;
using System.IO;

namespace S3Sync.Storage;

/// <summary>
/// A ledger that is made anew beside the place of the real one, and takes that place only when it is whole. Until then the place is held, so that no run
/// begins there. What was made so far outlives an interruption, and the next one goes on with it. One thread; throws <see cref="LedgerException"/>.
/// </summary>
sealed class LedgerReplacement : IDisposable
{
    readonly string path;
    readonly LedgerHold held;
    // Holding its place makes one.
    readonly bool wasThere;
    bool isFinished;

    LedgerReplacement(string path, LedgerHold held, Ledger ledger, bool wasThere)
    {
        (this.path, this.held, Ledger, this.wasThere) = (path, held, ledger, wasThere);
    }

    /// <summary>The new one.</summary>
    public Ledger Ledger { get; }

    /// <summary>Where the unfinished one stands.</summary>
    public static string PlaceOf(string path) => path + ".rebuild";

    /// <summary>Holds the place of a ledger that has no rows, and opens what is to become it.</summary>
    public static LedgerReplacement Open(string path)
    {
        var wasThere = File.Exists(path);
        var held = LedgerHold.Take(path);
        try
        {
            CheckVacant(path);
            return new(path, held, Ledger.Open(PlaceOf(path)), wasThere);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Throws where there is a ledger with rows.</summary>
    public static void CheckVacant(string path)
    {
        if (LedgerReader.HasRows(path))
        {
            throw new LedgerException($"ledger: {path} has rows, which are not replaced", "if it is to be made anew, move it away first; s3sync verify compares it with the bucket");
        }
    }

    /// <summary>Puts the new ledger in its place.</summary>
    public void Finish()
    {
        held.Check();
        Ledger.CheckHold();
        Ledger.Dispose();
        isFinished = true;
        try
        {
            // What an empty one left there is not the new one's.
            File.Delete(path + "-wal");
            File.Delete(path + "-shm");
            File.Move(PlaceOf(path), path, overwrite: true);
            File.Delete(PlaceOf(path) + ".lock");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"ledger: {PlaceOf(path)} is finished, but cannot be moved to {path}: {e.Message}", "close what has it open, and do the same again");
        }
    }

    public void Dispose()
    {
        Ledger.Dispose();
        if (!isFinished)
        {
            RemoveEmpty();
        }
        held.Dispose();
    }

    /// <summary>What came to nothing leaves nothing: an empty ledger would look like one in which nothing was ever uploaded.</summary>
    void RemoveEmpty()
    {
        try
        {
            if (!LedgerReader.HasRows(PlaceOf(path)))
            {
                foreach (var end in (string[])["", "-wal", "-shm", ".lock"])
                {
                    File.Delete(PlaceOf(path) + end);
                }
            }
            if (!wasThere && new FileInfo(path) is { Exists: true, Length: 0 })
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LedgerException)
        {
            // It stays, and the next attempt goes on with it.
        }
    }
}
