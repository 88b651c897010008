using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The ledger loop while somebody sets the wall clock: no row is stranded, and nothing that is kept goes early (invariant 10).</summary>
public sealed class ClockStepTests : IDisposable
{
    static readonly TimeSpan Week = TimeSpan.FromDays(7), Second = TimeSpan.FromSeconds(1);

    readonly TemporaryDirectory directory = new();
    readonly ManualTime time = new();
    readonly List<Root> roots;

    public ClockStepTests() => roots = [new(0, directory["a"], "bucket", "a")];

    public static TheoryData<double> Hours { get; } = [-24 * 400, -24 * 30, -25, -23, -1, -0.002, 0.002, 1, 23, 24 * 30, 24 * 365 * 56];

    string Ledger => directory["ledger"];

    public void Dispose() => directory.Dispose();

    LoopStand Start(TimeSpan? keepFor = null) => new(Ledger, roots, time: time, keepFor: keepFor);

    [Theory, MemberData(nameof(Hours))]
    public async Task WhatFailedIsTriedAgainAfterItsDelayWhateverTheClockWasSetTo(double hours)
    {
        using var stand = Start();
        stand.Find("file");
        stand.Report(await stand.NextUploadAsync(), Happening.Failed, "once");
        stand.Find("up");
        var up = await stand.NextUploadAsync();
        stand.Report(up, Happening.Proven);
        stand.Report(await stand.NextDeleteAsync(), Happening.Failed, "once");
        await stand.TurnAndConfirmAsync();
        time.Step(TimeSpan.FromHours(hours));
        await stand.TurnAndConfirmAsync();
        Assert.False(stand.Uploads.Jobs.TryRead(out _) || stand.Deletes.Jobs.TryRead(out _));
        time.Advance(Second);
        await stand.TurnAndConfirmAsync();
        Assert.Equal(("file", "up"), (Read(stand.Uploads), Read(stand.Deletes)));
    }

    [Theory, MemberData(nameof(Hours))]
    public async Task ARestartWithTheClockSetStrandsNothing(double hours)
    {
        using (var stand = Start())
        {
            stand.Find("pending");
            stand.Find("failed");
            stand.Find("up");
            for (var i = 0; i < 3; i++)
            {
                var job = await stand.NextUploadAsync();
                if (job.Path != "pending")
                    stand.Report(job, job.Path == "up" ? Happening.Proven : Happening.Failed, "once");
            }
            stand.Report(await stand.NextDeleteAsync(), Happening.Failed, "once");
            await stand.TurnAndConfirmAsync();
        }
        time.Step(TimeSpan.FromHours(hours));
        using (var stand = Start())
        {
            time.Advance(Second);
            await stand.TurnAndConfirmAsync();
            // A clock that is a few seconds behind may have a second's delay take those as well.
            time.Advance(TimeSpan.FromSeconds(8));
            await stand.TurnAndConfirmAsync();
            Assert.Equal(["failed", "pending"], new[] { Read(stand.Uploads), Read(stand.Uploads) }.Order());
            Assert.Equal("up", Read(stand.Deletes));
            Assert.All(LedgerRows.All(Ledger), row => Assert.InRange(row.Found, 0, time.Milliseconds));
            Assert.All(LedgerRows.All(Ledger), row => Assert.InRange(row.Uploaded ?? 0, 0, time.Milliseconds));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24 * 30)]
    public async Task WhatWasUploadedWhileTheClockWasAheadDoesNotHoldTheNextRunOpen(double hours)
    {
        time.Step(TimeSpan.FromHours(hours));
        using (var stand = Start())
        {
            stand.Find("file");
            stand.Report(await stand.NextUploadAsync(), Happening.Proven);
            await stand.NextDeleteAsync();
            await stand.TurnAndConfirmAsync();
        }
        time.Step(TimeSpan.FromHours(-hours));
        using (var stand = Start())
        {
            stand.Report(await stand.ConfirmNextAsync(), Happening.Removed);
            await Eventually.True(() => stand.Work.IsZero, () => $"{LedgerRows.Of(Ledger, "file")}", TestContext.Current.CancellationToken);
        }
    }

    [Theory, MemberData(nameof(Hours))]
    public async Task WhatIsKeptIsKeptForItsTimeWhateverTheClockWasSetToAndTheNextStartPlansTheSame(double hours)
    {
        using (var stand = Start(Week))
        {
            stand.Find("file");
            stand.Report(await stand.NextUploadAsync(), Happening.Proven);
            await stand.TurnAndConfirmAsync();
            time.Advance(TimeSpan.FromDays(1));
            time.Step(TimeSpan.FromHours(hours));
            await stand.TurnAndConfirmAsync();
            time.Advance(TimeSpan.FromDays(2));
            await stand.TurnAndConfirmAsync();
        }
        using (var stand = Start(Week))
        {
            time.Advance(TimeSpan.FromDays(4) - (10 * Second));
            await stand.TurnAndConfirmAsync();
            Assert.False(stand.Deletes.Jobs.TryRead(out _));
            time.Advance(20 * Second);
            await stand.TurnAndConfirmAsync();
            Assert.Equal("file", Read(stand.Deletes));
        }
    }

    [Fact]
    public async Task WhatSettlesDoesSoFromTheBeginningIfItsTurnLayTooFarAhead()
    {
        using (var stand = Start())
        {
            stand.Find("file");
            stand.Report(await stand.NextUploadAsync(), Happening.Unsettled, "written", TimeSpan.FromHours(1));
            await stand.TurnAndConfirmAsync();
        }
        using (var stand = Start())
        {
            var job = await stand.NextUploadAsync();
            // With the stamp it had, it would be taken for quiet.
            Assert.Equal(("file", default), (job.Path, job.Stamp));
        }
    }

    [Fact]
    public async Task AnOperatorsRetryReachesDeletionsThatWaitAndNoneThatIsKept()
    {
        using var stand = Start(Week);
        foreach (var path in (string[])["kept", "failed", "parked", "held"])
        {
            stand.Find(path);
            stand.Report(await stand.NextUploadAsync(), Happening.Proven);
            await stand.TurnAndConfirmAsync();
        }
        time.Advance(Week);
        await stand.TurnAndConfirmAsync();
        for (var i = 0; i < 4; i++)
        {
            var job = await stand.NextDeleteAsync();
            var happening = job.Path == "held" ? Happening.Unsettled : Happening.Failed;
            job.Attempts = job.Path == "parked" ? 7 : job.Attempts;
            stand.Report(job, job.Path == "kept" ? Happening.Different : happening, "so it is", TimeSpan.FromSeconds(30));
        }
        stand.Find("keeps");
        stand.Report(await stand.NextUploadAsync(), Happening.Proven);
        await stand.TurnAndConfirmAsync();
        Assert.False(stand.Deletes.Jobs.TryRead(out _));
        stand.Inbox.PostFound(new(Happening.Asked, roots[0], "") { Wanted = OperatorRequest.Of(OperatorVerb.Retry, OperatorChoice.Parked) });
        stand.Inbox.PostFound(new(Happening.Asked, roots[0], "keeps") { Wanted = OperatorRequest.Of(OperatorVerb.Retry, roots[0].Path, "keeps") });
        await stand.TurnAndConfirmAsync();
        Assert.Equal(["failed", "held", "parked"], new[] { Read(stand.Deletes), Read(stand.Deletes), Read(stand.Deletes) }.Order());
        Assert.False(stand.Deletes.Jobs.TryRead(out _));
    }

    /// <summary>The clock is set, runs end and begin, things fail and time passes, all by chance; then the world is well.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 60)]
    [InlineData(5, 60)]
    [InlineData(6, 60)]
    [InlineData(7, 60 * 24 * 30)]
    [InlineData(8, 60 * 24 * 30)]
    public async Task WhateverTheClockIsSetToNoRowIsStrandedAndNothingGoesEarly(int seed, int keptMinutes)
    {
        var keepFor = TimeSpan.FromMinutes(keptMinutes);
        var story = new Story(this, new Random(seed), keptMinutes > 0 ? keepFor : null);
        for (var run = 0; run < 5; run++)
        {
            await story.RunAsync(steps: 15);
            // What nobody saw can make what is kept look older than it is.
            if (keptMinutes == 0)
                time.Step(TimeSpan.FromHours((seed % 2 == 0 ? 1 : -1) * Math.Pow(30, run - 1)));
        }
        await story.EndAsync();
    }

    string Read(Window window) => window.Jobs.TryRead(out var job) ? job.Path : "nothing";

    /// <summary>A random life of one ledger, and what must be true of it all the time.</summary>
    sealed class Story(ClockStepTests test, Random random, TimeSpan? keepFor)
    {
        // When each file was uploaded, by the monotonic clock.
        readonly Dictionary<string, long> uploaded = [];
        readonly HashSet<string> deleted = [];
        int found;

        TimeSpan Kept => keepFor ?? TimeSpan.Zero;

        public async Task RunAsync(int steps)
        {
            using var stand = test.Start(keepFor);
            for (var step = 0; step < steps; step++)
            {
                if (random.Next(3) == 0)
                    stand.Find($"{found++}");
                test.time.Advance(TimeSpan.FromSeconds(Math.Pow(10, random.NextDouble() * 5)));
                if (random.Next(3) == 0)
                    test.time.Step(TimeSpan.FromSeconds(Math.Pow(10, random.NextDouble() * 8)) * (random.Next(2) == 0 ? 1 : -1));
                await stand.TurnAndConfirmAsync();
                await WorkAsync(stand, faults: true);
                Check();
            }
        }

        /// <summary>All works; and all is done within the longest delay there is.</summary>
        public async Task EndAsync()
        {
            using var stand = test.Start(keepFor);
            for (var left = Retry.Longest + Kept + TimeSpan.FromMinutes(2); left > TimeSpan.Zero; left -= TimeSpan.FromMinutes(keepFor > TimeSpan.FromDays(1) ? 360 : 30))
            {
                await stand.TurnAndConfirmAsync();
                await WorkAsync(stand, faults: false);
                test.time.Advance(TimeSpan.FromMinutes(keepFor > TimeSpan.FromDays(1) ? 360 : 30));
            }
            await stand.TurnAndConfirmAsync();
            await WorkAsync(stand, faults: false);
            Assert.Equal((found, found), (uploaded.Count, deleted.Count));
        }

        async Task WorkAsync(LoopStand stand, bool faults)
        {
            for (var any = true; any;)
            {
                any = false;
                while (stand.Uploads.Jobs.TryRead(out var job))
                {
                    any = true;
                    var happening = faults ? Of(Happening.Proven, Happening.Failed, Happening.Unsettled, Happening.Hopeless) : Happening.Proven;
                    if (happening == Happening.Proven)
                        uploaded.TryAdd(job.Path, test.time.GetTimestamp());
                    stand.Report(job, happening, "so it is", TimeSpan.FromSeconds(random.Next(3)));
                }
                while (stand.Deletes.Jobs.TryRead(out var job))
                {
                    any = true;
                    // A clock that is followed is followed by a thousandth.
                    Assert.True(test.time.GetElapsedTime(uploaded[job.Path]) >= (Kept * 0.999) - RunClock.Tolerance, $"{job.Path} goes after {test.time.GetElapsedTime(uploaded[job.Path])}");
                    var happening = faults ? Of(Happening.Removed, Happening.Failed, Happening.Unsettled, Happening.Removed) : Happening.Removed;
                    if (happening == Happening.Removed)
                        deleted.Add(job.Path);
                    stand.Report(job, happening, "so it is", TimeSpan.FromSeconds(random.Next(30)));
                }
                await stand.TurnAndConfirmAsync();
            }
        }

        Happening Of(params ReadOnlySpan<Happening> some) => some[random.Next(some.Length)];

        void Check()
        {
            var soon = test.time.Milliseconds + (long)RunClock.Tolerance.TotalMilliseconds + 1;
            foreach (var row in LedgerRows.All(test.Ledger))
            {
                var longest = row.Parked is not null ? Retry.Longest
                    : row.Attempts > 0 || row.Waits > 0 ? Retry.LongestUnparked
                    : row.Uploaded is not null ? Kept
                    : TimeSpan.Zero;
                Assert.True(row.Due is null || row.Due <= soon + longest.TotalMilliseconds, $"due in {TimeSpan.FromMilliseconds((row.Due ?? 0) - soon)}: {row}");
                Assert.True(row.Due is null || row.Uploaded is null || row.Uploaded <= soon, $"{row}");
            }
        }
    }
}
