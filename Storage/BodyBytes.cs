using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>A body that is in memory, written from there to the connection. The memory stays the caller's and must not change until the answer is there.</summary>
sealed class BodyBytes(byte[] buffer, int count) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(buffer, 0, count);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => stream.WriteAsync(buffer, 0, count, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = count;
        return true;
    }
}
