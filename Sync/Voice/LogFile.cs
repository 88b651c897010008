using System;
using System.Buffers;
using System.IO;

namespace S3Sync.Sync.Voice;

/// <summary>
/// The file the log goes to, and older ones beside it: <c>s3sync.log</c>, <c>s3sync.1.log</c> and so on, the highest number the oldest. Whole lines only,
/// each in one file. It never throws: lines that cannot be written are counted and left out, so that a full volume stops nothing.
/// Belongs to the thread that writes the log.
/// </summary>
/// <param name="path">Absolute.</param>
/// <param name="size">Bytes of one file.</param>
/// <param name="count">How many files there are, this one included.</param>
/// <param name="clock">Says when another attempt is due.</param>
sealed class LogFile(string path, long size, int count, TimeProvider clock) : Stream
{
    // After a failure so long no other attempt: a volume that is almost full would take a short line now and then.
    static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    // The limit of --log-files.
    const int MostFiles = 1000;

    readonly long size = size;
    // The beginning of a line whose end has not come yet.
    readonly ArrayBufferWriter<byte> begun = new();
    FileStream? file;
    long end;
    // What the file may grow to: more than its size only while somebody keeps it from being renamed.
    long limit = size;
    long lost;
    long? failed;
    bool removed;

    /// <summary>Told what is wrong when a line cannot be written and the one before could.</summary>
    public Action<string>? Failing { get; set; }

    /// <summary>Told how many lines were lost, when one can be written again.</summary>
    public Action<long>? Working { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> lines)
    {
        if (begun.WrittenCount > 0 && lines.IndexOf((byte)'\n') + 1 is > 0 and var rest)
        {
            begun.Write(lines[..rest]);
            Put(begun.WrittenSpan);
            begun.ResetWrittenCount();
            lines = lines[rest..];
        }
        var whole = lines.LastIndexOf((byte)'\n') + 1;
        Put(lines[..whole]);
        begun.Write(lines[whole..]);
    }

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    /// <summary>Writes whole lines, or counts them as lost.</summary>
    void Put(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var fits = TryOpen() ? Fitting(lines) : -1;
            if (fits == 0)
            {
                Roll();
                continue;
            }
            if (fits < 0 || !TryAppend(lines[..fits]))
            {
                lost += lines.Count((byte)'\n');
                return;
            }
            lines = lines[fits..];
        }
    }

    /// <summary>How many bytes belong into this file: all whole lines that fit. 0 if the next one is to be begun.</summary>
    int Fitting(ReadOnlySpan<byte> lines)
    {
        if (lines.Length <= limit - end)
        {
            return lines.Length;
        }
        var fits = lines[..(int)Math.Clamp(limit - end, 0, lines.Length)].LastIndexOf((byte)'\n') + 1;
        // A line that is longer than a file stands in one of its own.
        return fits == 0 && end == 0 ? lines.IndexOf((byte)'\n') + 1 : fits;
    }

    bool TryOpen()
    {
        if (file is not null)
        {
            return true;
        }
        if (failed is { } since && clock.GetElapsedTime(since) < Rest)
        {
            return false;
        }
        try
        {
            file = Open();
            end = file.Seek(0, SeekOrigin.End);
            // A crash may have left half a line.
            if (end > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                if (file.ReadByte() != '\n')
                {
                    file.WriteByte((byte)'\n');
                    end = file.Position;
                }
            }
            return true;
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            Fail(e);
            return false;
        }
    }

    FileStream Open()
    {
        // The directory of a log may be one that others may write to (/tmp): a link of theirs would lead our lines into any file.
        Platform.MakePrivate(Path.GetDirectoryName(path)!);
        return Platform.OpenPlain(path, alone: false);
    }

    bool TryAppend(ReadOnlySpan<byte> lines)
    {
        try
        {
            file!.Write(lines);
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            Fail(e);
            return false;
        }
        end += lines.Length;
        failed = null;
        if (lost > 0)
        {
            var count = lost;
            lost = 0;
            Working?.Invoke(count);
        }
        return true;
    }

    /// <summary>Takes back half a write, and lets go of the file: it may be another volume's next time.</summary>
    void Fail(Exception e)
    {
        try
        {
            file?.SetLength(end);
        }
        catch (Exception worse) when (IsOfTheDisk(worse))
        {
            // The next opening ends the half line.
        }
        Release();
        if (failed is null)
        {
            Failing?.Invoke(e.Message);
        }
        failed = clock.GetTimestamp();
    }

    /// <summary>Gives every older file the next number, and this one the first; those beyond the count are deleted.</summary>
    void Roll()
    {
        Release();
        try
        {
            Remove();
            for (var number = count - 2; number >= 1; number--)
            {
                if (File.Exists(Older(number)))
                {
                    File.Move(Older(number), Older(number + 1), overwrite: true);
                }
            }
            if (count > 1)
            {
                File.Move(path, Older(1), overwrite: true);
            }
            else
            {
                File.Delete(path);
            }
            limit = size;
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            Stay();
        }
    }

    /// <summary>Somebody has one of the files open and lets nobody rename it (Windows): goes on in this one for a while, then begins it anew.</summary>
    void Stay()
    {
        if (limit < 2 * size)
        {
            limit += Math.Max(1, size / 8);
            return;
        }
        limit = size;
        if (TryOpen())
        {
            try
            {
                file!.SetLength(0);
                end = 0;
            }
            catch (Exception e) when (IsOfTheDisk(e))
            {
                limit = long.MaxValue;
            }
        }
    }

    /// <summary>Deletes what there is beyond the count: there may have been more files once, at most as many as can be asked for.</summary>
    void Remove()
    {
        for (var number = Math.Max(1, count - 1); number <= MostFiles && !removed; number++)
        {
            File.Delete(Older(number));
        }
        // Once a run; the file that goes beyond it later is overwritten.
        removed = true;
    }

    string Older(int number) => Path.Join(Path.GetDirectoryName(path), $"{Path.GetFileNameWithoutExtension(path)}.{number}{Path.GetExtension(path)}");

    void Release()
    {
        try
        {
            file?.Dispose();
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            // Some file systems say only now that they are full.
        }
        file = null;
    }

    static bool IsOfTheDisk(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException;
}
