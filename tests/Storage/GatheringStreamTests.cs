using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What the handler writes arrives unchanged and whole, whatever it is; the head of a PUT and its short body go at once.</summary>
public sealed class GatheringStreamTests
{
    /// <summary>Of the handler's own buffer: what is longer is written in pieces.</summary>
    const int HandlerBytes = 4096;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(10, 1)]
    [InlineData(4096, 1)]
    [InlineData(12_000, 1)]
    [InlineData(20_000, 2)]
    public async Task AShortBodyGoesWithItsHeadAndALongOneByItself(int length, int writes)
    {
        var (stream, sent) = Open();
        for (var i = 1; i <= 3; i++)
        {
            await WriteAsync(stream, Put(new byte[length]));
            Assert.Equal(i * writes, sent.Count);
        }
    }

    [Fact]
    public async Task TheHeadOfABodyThatMayBeRefusedGoesAtOnce()
    {
        var (stream, sent) = Open();
        await stream.WriteAsync(Text("PUT /b/k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n"), Cancel);
        Assert.Single(sent);
        await stream.WriteAsync(new byte[5000], Cancel);
        Assert.Equal(2, sent.Count);
    }

    [Fact]
    public async Task ABodyThatReadsLikeARequestIsNone()
    {
        var (stream, sent) = Open();
        var trap = Text("PUT /b/k HTTP/1.1\r\nContent-Length: 9000\r\n\r\nand more");
        await stream.WriteAsync(Text($"PUT /b/k HTTP/1.1\r\nContent-Length: {30_000 + trap.Length}\r\n\r\n"), Cancel);
        await stream.WriteAsync(new byte[30_000], Cancel);
        await stream.WriteAsync(trap, Cancel);
        Assert.Equal(3, sent.Count);
    }

    [Theory]
    [InlineData("PUT /b/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("PUT /b/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("PUT /b/k HTTP/1.1\r\nContent-Length: many\r\n\r\nbody")]
    [InlineData("no head at all")]
    public async Task WhereTheEndOfARequestIsUnknownEverythingGoesAsItComes(string first)
    {
        var (stream, sent) = Open();
        await stream.WriteAsync(Text(first), Cancel);
        Assert.Single(sent);
        await stream.WriteAsync(Put(new byte[4096]).AsMemory(0, HandlerBytes), Cancel);
        Assert.Equal(2, sent.Count);
    }

    /// <summary>Requests of all kinds in any order: nothing is changed, and nothing is held back after the last byte of one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task EveryRequestHasArrivedWholeWhenItsLastByteIsWritten(int seed)
    {
        var random = new Random(seed);
        var (stream, sent) = Open();
        using var expected = new MemoryStream();
        for (var i = 0; i < 2000; i++)
        {
            var body = new byte[random.Next(3) switch { 0 => random.Next(3300, 4200), 1 => random.Next(100), _ => random.Next(40_000) }];
            random.NextBytes(body);
            var request = random.Next(4) switch
            {
                0 => Text($"HEAD /b/{i} HTTP/1.1\r\nHost: here\r\n\r\n"),
                1 => Text($"DELETE /b/{i} HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
                _ => Put(body),
            };
            expected.Write(request);
            await WriteAsync(stream, request, isAsync: random.Next(2) == 0);
            Assert.Equal(expected.Length, sent.Sum(one => (long)one.Length));
        }
        Assert.Equal(expected.ToArray(), sent.SelectMany(one => one).ToArray());
    }

    /// <summary>What gathers a request is lent again once it is written, and not before.</summary>
    [Fact]
    public async Task ARequestThatIsStillBeingWrittenKeepsItsBytes()
    {
        List<(GatheringStream Stream, Slow Inner, byte[] Request)> all = [];
        List<Task> writing = [];
        for (var i = 0; i < 20; i++)
        {
            Slow inner = new();
            var request = Put([.. Enumerable.Repeat((byte)i, 4096)]);
            all.Add((new(inner), inner, request));
            writing.Add(WriteAsync(all[i].Stream, request));
        }
        Assert.All(writing, one => Assert.False(one.IsCompleted));
        Assert.All(all, one => Assert.Equal(one.Request, one.Inner.Writing.ToArray()));
        all.ForEach(one => one.Inner.Written.SetResult());
        await Task.WhenAll(writing);
    }

    static byte[] Put(byte[] body) => [.. Text($"PUT /b/k HTTP/1.1\r\nHost: here\r\nx-amz-date: now\r\nContent-Type: application/octet-stream\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    /// <summary>As the handler does: its buffer whenever that is full, then what is left.</summary>
    static async Task WriteAsync(GatheringStream stream, byte[] request, bool isAsync = true)
    {
        var first = Math.Min(HandlerBytes, request.Length);
        foreach (var piece in (Memory<byte>[])[request.AsMemory(0, first), request.AsMemory(first)])
        {
            if (piece.IsEmpty)
            {
                continue;
            }
            if (isAsync)
            {
                await stream.WriteAsync(piece, Cancel);
            }
            else
            {
                stream.Write(piece.Span);
            }
        }
    }

    static (GatheringStream Stream, List<byte[]> Sent) Open()
    {
        var sent = new List<byte[]>();
        return (new(new Recorder(sent)), sent);
    }

    /// <summary>Takes its time.</summary>
    sealed class Slow : MemoryStream
    {
        public ReadOnlyMemory<byte> Writing { get; private set; }

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writing = buffer;
            return new(Written.Task);
        }
    }

    /// <summary>Keeps what each write brought.</summary>
    sealed class Recorder(List<byte[]> sent) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => sent.Add(buffer.ToArray());

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            sent.Add(buffer.ToArray());
            return default;
        }
    }
}
