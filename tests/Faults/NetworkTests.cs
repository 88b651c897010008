using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>Every way a request can fail, at every request of a small and of a multipart file, on a server that is trusted like AWS and on one that is not.</summary>
public sealed class NetworkTests
{
    // One put; head, create, three parts, complete; and on a server that is not trusted the looks before them.
    const int SmallRequests = 3, LargeRequests = 8;

    static readonly Dictionary<string, Func<Fault>> Kinds = new(StringComparer.Ordinal)
    {
        ["reset"] = Fault.Reset,
        ["half request"] = Fault.HalfRequest,
        // A HEAD has no body to be cut.
        ["half answer"] = () => Fault.HalfAnswer().Where(static request => request.Method != "HEAD"),
        ["lost answer"] = Fault.LoseAnswer,
        ["stall"] = () => Fault.Stall(TimeSpan.FromMilliseconds(300)),
        ["slow"] = () => Fault.Slow(100_000),
        ["500"] = () => Fault.Answer(500, "InternalError"),
        ["503"] = () => Fault.Answer(503, "SlowDown"),
        ["429"] = () => Fault.Answer(429, "TooManyRequests"),
        ["bad digest"] = () => Fault.Answer(400, "BadDigest"),
        ["bad argument"] = () => Fault.Answer(400, "InvalidArgument"),
        ["request timeout"] = () => Fault.Answer(400, "RequestTimeout"),
        ["denied"] = () => Fault.Answer(403, "AccessDenied"),
        ["expired token"] = () => Fault.Answer(403, "ExpiredToken"),
        ["skewed clock"] = () => Fault.Answer(403, "RequestTimeTooSkewed"),
        ["no bucket"] = () => Fault.Answer(404, "NoSuchBucket"),
        ["no upload"] = () => Fault.Answer(404, "NoSuchUpload"),
        ["conflict"] = () => Fault.Answer(409, "ConditionalRequestConflict"),
        ["exists not"] = () => Fault.Answer(412, "PreconditionFailed"),
        ["no conditions"] = () => Fault.Answer(501, "NotImplemented"),
        // On a HEAD there is no body it could be in.
        ["error in 200"] = () => Fault.Answer(200, "InternalError").Where(static request => request.Method != "HEAD"),
        ["moved"] = () => Fault.Redirect(301, "http://127.0.0.1:9/elsewhere"),
        ["redirected"] = () => Fault.Redirect(307, "http://127.0.0.1:9/elsewhere"),
        ["wrong checksum"] = Fault.WrongChecksum,
        ["wrong etag"] = Fault.WrongETag,
    };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, 1000)]
    [InlineData(false, 1000)]
    [InlineData(true, (2 * PipelineStand.PartSize) + 7)]
    [InlineData(false, (2 * PipelineStand.PartSize) + 7)]
    public async Task AnyFaultAtAnyRequestEndsInTheBucketOrStaysOnDisk(bool isAws, int length)
    {
        using var atOnce = new SemaphoreSlim(12);
        var parked = await Task.WhenAll(Kinds.Select(async kind =>
        {
            await atOnce.WaitAsync(Cancel);
            try
            {
                return (kind.Key, Count: await AtEachRequest(kind.Key, kind.Value, isAws, length));
            }
            finally
            {
                atOnce.Release();
            }
        }));
        // A single fault is never the end, but for a lie: who says something is there that is not, or other bytes, is not asked again for a quarter of an hour.
        Assert.Empty(parked.Where(kind => kind.Count > 0).Select(kind => kind.Key).Except(["wrong checksum", "wrong etag", "exists not"]));
    }

    /// <summary>We decide about retries (invariant 7: an unseen one would meet its own object): neither the SDK nor the HTTP layer below it may make more of one attempt.</summary>
    [Theory]
    [InlineData("reset")]
    [InlineData("half request")]
    [InlineData("half answer")]
    [InlineData("lost answer")]
    [InlineData("503")]
    public async Task OneAttemptIsOneRequest(string name)
    {
        await using var server = await S3Server.Start(null, "bucket");
        using var bucket = PipelineStand.OpenBucket(server, ChecksumKind.Crc64Nvme, isAws: true);
        var bytes = PipelineStand.Bytes(100);
        for (var i = 0; i < 4; i++)
        {
            // On a new connection and on one that was used before.
            Assert.True((await bucket.HeadAsync("bucket", "none", Cancel)).Fault == S3Sync.Storage.Fault.NotThere);
            var fault = server.Faults.Add(Kinds[name]());
            var reply = await bucket.PutAsync("bucket", $"{i}", bytes, Digest.Of(ChecksumKind.Crc64Nvme, bytes), onlyIfNew: true, Cancel);
            var again = await bucket.PutAsync("bucket", $"{i}", bytes, Digest.Of(ChecksumKind.Crc64Nvme, bytes), onlyIfNew: true, Cancel);
            server.Faults.Clear();
            // Half an answer may be the whole head of it, and that is all that counts.
            Assert.False((reply.Ok || again.Ok) && name != "half answer");
            Assert.Equal(2, fault.Struck);
        }
    }

    /// <summary>How many of the files stayed on disk, parked.</summary>
    static async Task<int> AtEachRequest(string name, Func<Fault> kind, bool isAws, int length)
    {
        await using var stand = await PipelineStand.Start(isAws ? Profile.Aws : Profile.Generic, isAws ? ChecksumKind.Crc64Nvme : ChecksumKind.Md5, isAws);
        var (parked, struck) = (0L, 0);
        for (var index = 0; index < (length < PipelineStand.PartSize ? SmallRequests : LargeRequests); index++)
        {
            stand.Write($"{index}", PipelineStand.Bytes(length, index + 1));
            var fault = stand.Server.Faults.Add(kind().Key($"in/{index}").Skip(index).Times(1));
            var result = await stand.DrainAsync(Cancel);
            stand.Server.Faults.Clear();
            Assert.True(result.Fault is null, $"{name} at request {index}: {result.Fault}\n{stand.Log}");
            Assert.True(result.Pending == result.Parked, $"{name} at request {index}: {result}\n{stand.Log}");
            var count = stand.Oracle.Check();
            Assert.True(count.OnDisk == result.Parked, $"{name} at request {index}: {count}\n{stand.Log}");
            // Where the answer to the beginning of an upload is lost nobody knows its name: a lifecycle rule of the bucket must remove it.
            Assert.True(stand.Server.OpenUploads == 0 || name is "lost answer" or "half answer", $"{name} at request {index}: an upload is left over\n{stand.Log}");
            (parked, struck) = (result.Parked, struck + fault.Struck);
        }
        Assert.True(struck > 0, $"{name} never struck");
        return (int)parked;
    }

    /// <summary>
    /// Three days on a clock of our own in which no request gets an answer, while files arrive. FAULT_FILES asks for more files than the few of an ordinary run.
    /// </summary>
    [Fact]
    public async Task ThreeDaysWithoutNetworkAreDrainedByAgeWithoutAStormAndInFlatMemory()
    {
        var files = int.Parse(Environment.GetEnvironmentVariable("FAULT_FILES") ?? "5000");
        var outage = TimeSpan.FromDays(3);
        var step = TimeSpan.FromMinutes(1);
        var steps = (int)(outage / step);
        var time = new ManualTime();
        await using var stand = await PipelineStand.Start(isAws: true);
        var down = stand.Server.Faults.Add(Fault.Reset());
        await using var running = stand.Run(rules => rules with { Rescan = TimeSpan.FromDays(30) }, time);
        var (produced, memory) = (0, 0L);
        for (var i = 0; i < steps; i++)
        {
            // Evenly over the time, in batches; each waits until the ledger has it, so that it is as old as this clock says.
            if (i % (steps / 50) == 0 && produced < files)
            {
                for (var last = Math.Min(files, produced + (files / 50)); produced < last; produced++)
                    stand.Write($"{produced / 1000}/{produced:D6}", PipelineStand.Bytes(100, produced));
                await Eventually.True(() => running.Pipeline.Tally.Found == produced, stand.Log.ToString, Cancel);
            }
            if (i == steps / 5)
                memory = GC.GetTotalMemory(forceFullCollection: true);
            await Rests(time);
            time.Advance(step);
        }
        Assert.Equal(files, produced);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        // One probe at a time, at most a minute apart; the first minute has a few more.
        Assert.InRange(down.Struck, steps / 2, steps + 20);
        // The oracle and the captured log of this test grow with the files as well.
        Assert.InRange(grown, long.MinValue, (16L << 20) + (files * 2000L));
        Assert.Equal(files, stand.Oracle.Check().OnDisk);
        // Said at once, then once a minute: not once an attempt of each file.
        Assert.Equal(1, stand.Log.Count("uploads rest for"));

        var order = new System.Collections.Concurrent.ConcurrentQueue<int>();
        stand.Server.Arrived += request =>
        {
            if (request.Key != Inquiry.Key)
                order.Enqueue(int.Parse(request.Key[^6..]));
        };
        stand.Server.Faults.Clear();
        time.Advance(step);
        await Eventually.True(() => running.Pipeline.Tally.Deleted == files, () => $"{running.Pipeline.Tally.Deleted}: {stand.Log}", Cancel, TimeSpan.FromMinutes(5));
        var place = order.Select((file, at) => (file, at)).GroupBy(pair => pair.file).ToDictionary(group => group.Key, group => group.First().at);
        var late = Enumerable.Range(0, files).Max(file => Math.Abs(place[file] - file));
        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files, {down.Struck} attempts in three days, memory {grown >> 10} KB more, at most {late} places out of order");
        // By age, but for the order within the window that is in memory, whose files took turns in probing.
        Assert.InRange(late, 0, 1024 + 512);
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, files, 0), stand.Oracle.Check());
    }

    /// <summary>Returns when somebody waits for the clock: the probe is over and the lane rests.</summary>
    static async Task Rests(ManualTime time)
    {
        for (var spins = 0; time.Waiting == 0; spins++)
        {
            Assert.True(spins < 60_000, "nobody waits for the clock");
            await Task.Delay(1, Cancel);
        }
    }
}
