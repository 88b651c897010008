using System;
using System.Diagnostics;
using System.Threading;

namespace S3Sync.Benchmarks;

/// <summary>
/// A line that carries so many MB (10^6 bytes) a second for all connections together. They pass one after the other, a
/// piece at a time, in the order they come.
/// </summary>
sealed class Line(double megabytes)
{
    // A piece is what the line carries in a few milliseconds, so that many connections advance side by side; not less
    // than a segment.
    const double PieceMilliseconds = 4;
    const int LeastPiece = 1460, MostPiece = 64 * 1024;

    readonly double nanosecondsPerByte = 1000 / megabytes;
    readonly Lock gate = new();
    long free;

    /// <summary>The most bytes that pass at once.</summary>
    public int Piece { get; } = (int)Math.Clamp(megabytes * 1000 * PieceMilliseconds, LeastPiece, MostPiece);

    /// <summary>Returns when the bytes have passed.</summary>
    public void Pass(int bytes)
    {
        long until;
        lock (gate)
        {
            until = free = Math.Max(free, Stopwatch.GetTimestamp()) + (long)(bytes * nanosecondsPerByte);
        }
        Pause.Until(until);
    }
}
