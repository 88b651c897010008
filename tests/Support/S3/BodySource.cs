using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>Takes a request's body as it comes: in lines, in counted pieces, or to its end. Used by one request.</summary>
/// <param name="patience">How long the client may send nothing.</param>
sealed class BodySource(S3Request request, TimeSpan patience)
{
    /// <summary>Longest line of aws-chunked framing: a signature or a checksum, never near this.</summary>
    const int LongestLine = 4 << 10;

    /// <summary>A piece of a body; never kept by the taker.</summary>
    public delegate void Take(ReadOnlySpan<byte> bytes);

    /// <summary>Everything that is left.</summary>
    public async ValueTask ReadToEnd(Take take)
    {
        while (await Read() is { IsEmpty: false } piece)
            await Pass(piece, take);
    }

    /// <summary>Exactly that many bytes; throws IncompleteBody where there are fewer.</summary>
    public async ValueTask Read(long count, Take take)
    {
        while (count > 0)
        {
            var piece = await Read();
            if (piece.IsEmpty)
                throw Incomplete();
            if (piece.Length > count)
                piece = piece.Slice(0, count);
            count -= piece.Length;
            await Pass(piece, take);
        }
    }

    /// <summary>Up to the next line feed, which is dropped with the carriage return before it. Null at the end of the body.</summary>
    public async ValueTask<string?> ReadLine()
    {
        while (true)
        {
            var result = await Next();
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(result.Buffer.Slice(0, end));
                request.Body.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line.TrimEnd('\r');
            }
            if (result.IsCompleted || result.Buffer.Length > LongestLine)
            {
                request.Body.AdvanceTo(result.Buffer.Start);
                return result.Buffer.IsEmpty ? null : throw Incomplete();
            }
            request.Body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public static S3Error Incomplete() =>
        new(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.");

    /// <summary>The next piece, to be passed on before the next is asked for; empty at the end of the body.</summary>
    async ValueTask<ReadOnlySequence<byte>> Read()
    {
        while (true)
        {
            var result = await Next();
            if (!result.Buffer.IsEmpty)
                return result.Buffer;
            // Every read must be answered with an advance, or the connection is lost to the next request.
            request.Body.AdvanceTo(result.Buffer.Start);
            if (result.IsCompleted)
                return default;
        }
    }

    /// <summary>What has arrived. Throws RequestTimeout where nothing does: a client that is gone without a word must not hold its key for ever.</summary>
    async ValueTask<ReadResult> Next()
    {
        var read = request.Body.ReadAsync();
        if (read.IsCompleted)
            return await read;
        var arriving = read.AsTask();
        try
        {
            return await arriving.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            request.Body.CancelPendingRead();
            request.Body.AdvanceTo((await arriving).Buffer.Start);
            throw S3Error.RequestTimeout();
        }
    }

    async ValueTask Pass(ReadOnlySequence<byte> piece, Take take)
    {
        // The position and length first: after AdvanceTo the sequence is no longer ours.
        var length = piece.Length;
        foreach (var memory in piece)
            take(memory.Span);
        request.Body.AdvanceTo(piece.End);
        if (request.Speed > 0)
            await Task.Delay(TimeSpan.FromSeconds((double)length / request.Speed), request.Gone);
    }
}
