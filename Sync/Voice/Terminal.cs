using System;
using System.IO;
using System.Text;
using System.Threading;

namespace S3Sync.Sync.Voice;

/// <summary>
/// Standard output where a person looks at it: lines go by, and below them stays one that tells how far things are. It is taken away before each line and
/// put back after it, with nothing but carriage returns and spaces, which every terminal knows. Any thread.
/// </summary>
/// <param name="output">The terminal.</param>
/// <param name="width">Its columns.</param>
sealed class Terminal(Stream output, int width) : Stream
{
    readonly Lock gate = new();
    // Under the gate.
    string shown = "";
    bool isDrawn, isInLine;

    /// <summary>The terminal a person looks at; null where output goes into a pipe or a file, or the terminal can do nothing.</summary>
    public static Terminal? Open()
    {
        if (Console.IsOutputRedirected || (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb"))
        {
            return null;
        }
        return new(Console.OpenStandardOutput(), Columns);
    }

    /// <summary>How wide the terminal is; 80 for one that does not tell.</summary>
    public static int Columns
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and var columns ? columns : 80;
            }
            catch (IOException)
            {
                return 80;
            }
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Shows a line below all others, instead of the one before; an empty one takes it away. What does not fit is cut off.</summary>
    public void Show(string line)
    {
        lock (gate)
        {
            Erase();
            // The last column stays empty: a terminal may go on to the next row when it is filled.
            shown = line.Length < width ? line : line[..Math.Max(0, width - 1)];
            Draw();
            output.Flush();
        }
    }

    /// <summary>Writes a line above it.</summary>
    public void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(line + Environment.NewLine));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty)
        {
            return;
        }
        lock (gate)
        {
            Erase();
            output.Write(lines);
            isInLine = lines[^1] != '\n';
            Draw();
        }
    }

    public override void Flush() => output.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Show("");
        base.Dispose(disposing);
    }

    void Erase()
    {
        if (isDrawn)
        {
            output.Write(Encoding.UTF8.GetBytes($"\r{new string(' ', shown.Length)}\r"));
            isDrawn = false;
        }
    }

    void Draw()
    {
        if (shown.Length > 0 && !isInLine)
        {
            output.Write(Encoding.UTF8.GetBytes(shown));
            isDrawn = true;
        }
    }
}
