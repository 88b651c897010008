using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>A body that is in memory, written from there to the connection. The memory stays the caller's and must not change until the answer is there.</summary>
/// <param name="traffic">Is told when it begins to be sent.</param>
sealed class BodyBytes(ReadOnlyMemory<byte> body, Traffic traffic) : HttpContent
{
    /// <summary>When it began to be sent last (<see cref="Stopwatch"/>'s ticks): the connection was there by then. 0 before.</summary>
    public long Begun { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A second time where a kept connection turns out to be closed.
        if (Begun == 0)
        {
            traffic.Begin();
        }
        Begun = Stopwatch.GetTimestamp();
        return stream.WriteAsync(body, cancellationToken).AsTask();
    }

    /// <summary>What is known of it now that it was answered.</summary>
    public Exchange Answered() => new(Begun, Stopwatch.GetTimestamp(), body.Length, traffic.UnderWay);

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (Begun != 0)
        {
            traffic.End();
            Begun = 0;
        }
        base.Dispose(disposing);
    }
}
