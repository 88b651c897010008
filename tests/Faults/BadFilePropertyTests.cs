using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>
/// The lanes and the feed on a clock of our own, with files that fail for every reason and an endpoint that comes and goes: good files go up within a bound,
/// no file is tried more often than its own failures say, and while the endpoint is away one request at a time finds that out.
/// </summary>
public sealed class BadFilePropertyTests
{
    static readonly Fault[] Reasons = [Fault.Refused, Fault.Credentials, Fault.Overloaded, Fault.Unreachable, Fault.Redirected];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task GoodFilesGoUpWhateverTheOthersDoAndAnOutageIsNoStorm(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 3; i++)
        {
            var world = new World(random.Next(1, 17), random.Next(60), random.Next(1, 60), random.Next(), TimeSpan.FromSeconds(random.Next(2) * random.Next(40)));
            await world.RunAsync(Cancel);
        }
    }

    /// <summary>What stands for the ledger, the server and the uploaders.</summary>
    sealed class World
    {
        static readonly TimeSpan Step = TimeSpan.FromSeconds(0.25);

        readonly ManualTime time = new();
        readonly Root root = new(0, "/root", "bucket", "root");
        readonly Window window = new(1024);
        readonly Lane lane;
        readonly Lanes lanes;
        readonly Feed feed;
        readonly Random random;
        readonly TimeSpan outage;
        readonly Lock gate = new();
        readonly Dictionary<string, Fault> bad = [];
        readonly Dictionary<string, int> tries = [];
        // When each waits until, and after how many failures.
        readonly List<(long Due, string Path, int Attempts)> ledger = [];
        readonly int uploaders, files;
        // Added to under the feed's lock.
        readonly List<Task> loops = [];
        CancellationToken ending;
        int underWay, mostInOutage, asked, succeeded, late;
        long closedAt = long.MaxValue;

        public World(int uploaders, int bad, int good, int seed, TimeSpan outage)
        {
            (this.uploaders, this.outage, files, random) = (uploaders, outage, good, new(seed));
            lane = new(time, new CapturedLog());
            lanes = new(lane, new([root], time, new CapturedLog()), new([root], uploaders, new CapturedLog()), new(AskAsync));
            feed = new(window, 1, _ => 0, _ => uploaders, job => loops.Add(Task.Run(() => UploadAsync(job), CancellationToken.None)), job => Report(job, 0));
            for (var i = 0; i < bad; i++)
                this.bad.Add($"bad{i}", Reasons[random.Next(Reasons.Length)]);
            ledger.AddRange(this.bad.Keys.Concat(Enumerable.Range(0, good).Select(i => $"good{i}")).OrderBy(_ => random.Next()).Select(path => (0L, path, 0)));
        }

        bool IsAway => time.GetTimestamp() < outage.TotalSeconds * time.TimestampFrequency;

        public async Task RunAsync(CancellationToken cancel)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            ending = stop.Token;
            HandOut();
            // Step by step, for the outage and what a rest may be longer, and some for the good files.
            var most = (outage * 2) + TimeSpan.FromSeconds(60);
            for (var gone = TimeSpan.Zero; succeeded < files && gone < most; gone += Step)
            {
                time.Advance(Step);
                HandOut();
                // Until all that can go on has.
                for (var idle = 0; idle < 3;)
                {
                    await Task.Delay(1, cancel);
                    idle = Volatile.Read(ref underWay) == 0 && Volatile.Read(ref asked) == 0 && (feed.Waiting == 0 || lane.IsClosed) ? idle + 1 : 0;
                }
            }
            await stop.CancelAsync();
            feed.Stop();
            await Task.WhenAll(loops);
            Assert.Equal((files, 0), (succeeded, late));
            Assert.All(tries, pair => Assert.InRange(pair.Value, 1, bad.ContainsKey(pair.Key) ? Retry.ParkAfter + uploaders : 10));
            Assert.True(mostInOutage <= 1, $"{mostInOutage} at a time in an outage");
        }

        async Task UploadAsync(Job first)
        {
            try
            {
                for (Job? job = first; job is not null; job = await feed.NextAsync(job))
                {
                    var ticket = await lanes.EnterAsync(root, ending, ending);
                    var isAside = Feed.IsAside(job);
                    var outcome = await TryAsync(job);
                    var end = await lanes.LeaveAsync(ticket, job, outcome, isAside, ending);
                    Report(job, end == Consequence.Blamed ? 1 : end == Consequence.Waits ? 0 : -1);
                }
            }
            catch (OperationCanceledException)
            {
            }
        }

        async Task<Outcome> TryAsync(Job job)
        {
            lock (gate)
            {
                tries[job.Path] = tries.GetValueOrDefault(job.Path) + 1;
                underWay++;
                if (lane.IsClosed && IsAway)
                    mostInOutage = Math.Max(mostInOutage, time.GetTimestamp() > closedAt ? underWay : 0);
            }
            await Task.Yield();
            lock (gate)
                underWay--;
            var fault = IsAway ? Fault.Unreachable : bad.GetValueOrDefault(job.Path);
            return fault == Fault.None ? Outcome.Proven(default, default) : new(Happening.Failed, fault.ToString()) { Fault = fault };
        }

        async Task<Reply> AskAsync(string bucket, string key, CancellationToken cancel)
        {
            var together = Interlocked.Increment(ref asked);
            await Task.Yield();
            Interlocked.Decrement(ref asked);
            if (together > 1)
                Interlocked.Increment(ref late);
            return new(IsAway ? Fault.Unreachable : Fault.NotThere);
        }

        void Report(Job job, int failures)
        {
            lock (gate)
            {
                window.Leave();
                if (failures < 0)
                {
                    succeeded++;
                    return;
                }
                var attempts = job.Attempts + failures;
                var delay = failures == 0 ? TimeSpan.Zero : Retry.AfterFailure(attempts, random.NextDouble());
                ledger.Add((time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency), job.Path, attempts));
            }
        }

        void HandOut()
        {
            lock (gate)
            {
                foreach (var row in ledger.Where(row => row.Due <= time.GetTimestamp()).ToList())
                {
                    ledger.Remove(row);
                    window.Reserve();
                    window.HandOut(new(root, row.Path) { Stage = Stage.Pending, Attempts = row.Attempts });
                }
                closedAt = lane.IsClosed ? Math.Min(closedAt, time.GetTimestamp()) : long.MaxValue;
            }
        }
    }
}
