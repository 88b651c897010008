using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>In the steady state a file costs no allocation where it only passes through: what is not allocated is not collected, and memory stays flat at any rate.</summary>
[Collection(Alone.Name)]
public sealed class AllocationTests
{
    const int Files = 1000;

    readonly byte[] body = Pattern4096();

    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme))]
    [InlineData(nameof(ChecksumKind.Crc32C))]
    [InlineData(nameof(ChecksumKind.Crc32))]
    [InlineData(nameof(ChecksumKind.Md5))]
    public void ADigestAllocatesNothing(string kind)
    {
        var parsed = Enum.Parse<ChecksumKind>(kind);
        using var pieces = new DigestInPieces(parsed);
        AllocatesNothing(_ =>
        {
            var whole = Digest.Of(parsed, body);
            pieces.Append(body);
            Assert.True(pieces.Finish() == whole);
        });
    }

    [Fact]
    public void TheSettlerAllocatesNothing()
    {
        var settler = new Settler(TimeSpan.FromSeconds(1), Files);
        var paths = Paths();
        AllocatesNothing(i =>
        {
            var now = TimeSpan.FromSeconds(2 * i);
            Assert.True(settler.Touch(0, paths[i % Files], Sign.Complete, now, out _));
            Assert.True(settler.TryTake(now + TimeSpan.FromSeconds(1), out _, out _, out _));
        });
    }

    /// <summary>Every file that is found passes its rules, those for temporary names at least.</summary>
    [Fact]
    public void AFilterAllocatesNothing()
    {
        var filter = new Filter([Rule.Parse("- /2025/**/[a-c]*x?{1,2}*.csv", out _)!, Rule.Parse("- cache/", out _)!, .. Rule.Temporary], new(1, 1 << 30, TimeSpan.FromSeconds(1), default, false));
        var paths = Paths();
        AllocatesNothing(i =>
        {
            Assert.True(filter.Decide(paths[i]) is null);
            Assert.True(filter.DecideAllBelow("2026/11") is null);
            Assert.True(filter.Decide(new Stamp(1, 4096, 1, 1), 10_000, out _) is null);
        });
    }

    [Fact]
    public void ARowsWholeLifeInTheLedgerAllocatesNothing()
    {
        using var directory = new TemporaryDirectory();
        using var ledger = Ledger.Open(directory["ledger"]);
        var (root, target) = (ledger.RootId("/in"), ledger.TargetId("bucket", "in"));
        var paths = Paths();
        Receipt receipt = new(ChecksumKind.Crc64Nvme, "rosUhgyXmIg=", "b1946ac92492d2347c6235b4d2611184", null);
        AllocatesNothing(i =>
        {
            ledger.Begin();
            ledger.Add(root, paths[i], i, i);
            ledger.SetUploaded(root, paths[i], i, i, new(1, 4096, 1, 1), target, receipt);
            ledger.SetDeleted(root, paths[i], i, null);
            ledger.Commit();
        });
    }

    [Fact]
    public void ABufferIsLentAgainAndAgain()
    {
        var buffers = new Buffers(1 << 20, 1 << 20);
        AllocatesNothing(_ => buffers.Return(buffers.RentAsync(4096, TestContext.Current.CancellationToken).Result));
    }

    /// <summary>The path is what the ledger's row and the log line are made of; a notification costs no byte beside it.</summary>
    [LinuxFact]
    [SupportedOSPlatform("linux")]
    public void ANotificationAllocatesItsPathAndNothingElse()
    {
        var tree = new WatchTree();
        tree.AddRoot(0, "/in", 1, []);
        var decoder = new InotifyDecoder(tree, []);
        List<Notification> seen = new(2 * Files);
        byte[] record = [.. BitConverter.GetBytes(1), .. BitConverter.GetBytes((uint)InotifyMask.CloseWrite), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(16), .. "measurement.csv\0"u8];
        // The string: a header of 16 bytes, a length, the letters and a zero, in whole words.
        const int path = (16 + 4 + (2 * 16) + 7) / 8 * 8;
        var before = 0L;
        for (var i = 0; i < Files; i++)
        {
            if (i == Files / 2)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            decoder.Decode(record, seen);
        }
        Assert.Equal(Files, seen.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, (Files / 2 * path) + 1024);
    }

    /// <summary>The request, its headers, its signature and the answer, as the whole process counts them. The server allocates nothing.</summary>
    [Fact]
    public async Task APutOf4KiBAllocatesAtMost4KB()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        new Thread(() => TakeAll(listener)) { IsBackground = true }.Start();
        using var bucket = PipelineStand.OpenBucket(new BucketOptions(new($"http://{listener.LocalEndpoint}"), true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 1));
        var digest = Digest.Of(ChecksumKind.Crc64Nvme, body);
        await AllocatedAsync();
        var least = await AllocatedAsync();
        // The count is the whole process's: what servers of earlier tests still do is in it, for a while.
        for (var again = 0; again < 4 && least > 4096; again++)
        {
            least = Math.Min(least, await AllocatedAsync());
        }
        Assert.InRange(least, 1, 4096);

        async Task<long> AllocatedAsync()
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < Files; i++)
            {
                Assert.True((await bucket.PutAsync("bucket", "2026/11/23/measurement-000001.csv", body, digest, onlyIfNew: true, TestContext.Current.CancellationToken)).Ok);
            }
            return (GC.GetTotalAllocatedBytes(precise: true) - before) / Files;
        }
    }

    /// <summary>Answers every request on one connection, each of which ends with the whole body, as a bucket that took it.</summary>
    void TakeAll(TcpListener listener)
    {
        using var socket = listener.AcceptSocket();
        var buffer = new byte[64 * 1024];
        var answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nETag: \"b1946ac92492d2347c6235b4d2611184\"\r\nx-amz-checksum-crc64nvme: {Digest.Of(ChecksumKind.Crc64Nvme, body).Base64}\r\nContent-Length: 0\r\n\r\n");
        for (var held = 0; socket.Receive(buffer.AsSpan(held)) is > 0 and var read;)
        {
            held += read;
            var head = buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && held == head + 4 + body.Length)
            {
                socket.Send(answer);
                held = 0;
            }
        }
    }

    /// <summary>After the first half, in which caches and tables grow to their size.</summary>
    static void AllocatesNothing(Action<int> each)
    {
        var before = 0L;
        for (var i = 0; i < Files; i++)
        {
            if (i == Files / 2)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            each(i);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static string[] Paths()
    {
        var paths = new string[Files];
        for (var i = 0; i < Files; i++)
        {
            paths[i] = $"2026/11/23/measurement-{i:000000}.csv";
        }
        return paths;
    }

    static byte[] Pattern4096()
    {
        var bytes = new byte[4096];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
