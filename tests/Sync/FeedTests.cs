using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Who works on which job: loops of one bucket never wait for another's, none is started that is not needed.</summary>
public sealed class FeedTests
{
    readonly Window window = new(64);
    readonly List<Job> started = [], refused = [];
    readonly int[] limits = [4, 4];
    readonly Feed feed;

    public FeedTests() => feed = new(window, 2, root => root, bucket => limits[bucket], started.Add, refused.Add);

    static Job JobOf(int bucket, string name, int attempts = 0) =>
        new(new(bucket, $"/root{bucket}", $"bucket{bucket}", ""), name) { Stage = Stage.Pending, Attempts = attempts };

    void HandOut(int bucket, params string[] names)
    {
        foreach (var name in names)
            HandOut(JobOf(bucket, name));
    }

    void HandOut(Job job)
    {
        window.Reserve();
        window.HandOut(job);
    }

    [Fact]
    public void AsManyLoopsAreStartedAsMayWorkAndTheOtherJobsWait()
    {
        HandOut(0, "a", "b", "c", "d", "e", "f");
        Assert.Equal(["a", "b", "c", "d"], started.Select(job => job.Path));
        Assert.Equal(2, feed.Waiting);
    }

    [Fact]
    public async Task ALoopThatWaitsIsWokenBeforeAnotherIsStarted()
    {
        HandOut(0, "a");
        var next = feed.NextAsync(started[0]).AsTask();
        Assert.False(next.IsCompleted);
        HandOut(0, "b");
        Assert.Equal("b", (await next)!.Path);
        Assert.Single(started);
    }

    [Fact]
    public void OneJobWakesOneLoop()
    {
        HandOut(0, "a", "b", "c");
        var waiting = started.Select(job => feed.NextAsync(job).AsTask()).ToList();
        HandOut(0, "d");
        Assert.Equal(1, waiting.Count(task => task.IsCompleted));
    }

    [Fact]
    public void ABucketThatMaySendNothingKeepsNoLoopOfAnother()
    {
        limits[0] = 0;
        HandOut(0, [.. Enumerable.Range(0, 30).Select(i => $"stuck{i}")]);
        HandOut(1, "a", "b");
        Assert.Equal(["a", "b"], started.Select(job => job.Path));
        limits[0] = 2;
        feed.Pump();
        Assert.Equal(["stuck0", "stuck1"], started.Skip(2).Select(job => job.Path));
    }

    [Fact]
    public async Task WhereMoreMayWorkTheNextLoopThatEndsAJobHasThemStarted()
    {
        HandOut(0, "a", "b", "c", "d", "e", "f", "g", "h");
        limits[0] = 6;
        Assert.Equal("e", (await feed.NextAsync(started[0]))!.Path);
        Assert.Equal(["f", "g"], started.Skip(4).Select(job => job.Path));
    }

    [Fact]
    public async Task WhereFewerMayWorkALoopWaitsUntilThatIsSo()
    {
        HandOut(0, "a", "b", "c", "d", "e");
        limits[0] = 2;
        var (first, second, third) = (feed.NextAsync(started[0]).AsTask(), feed.NextAsync(started[1]).AsTask(), feed.NextAsync(started[2]).AsTask());
        Assert.Equal((false, false, true), (first.IsCompleted, second.IsCompleted, third.IsCompleted));
        Assert.Equal("e", (await third)!.Path);
    }

    [Fact]
    public void OneInEightWorksOnFilesThatFailedBeforeAndTheyTakeTurnsWithNewOnes()
    {
        limits[0] = 16;
        for (var i = 0; i < 10; i++)
            HandOut(JobOf(0, $"bad{i}", attempts: 1));
        HandOut(0, [.. Enumerable.Range(0, 20).Select(i => $"good{i}")]);
        Assert.Equal((2, 14), (started.Count(Feed.IsAside), started.Count(job => !Feed.IsAside(job))));
    }

    [Fact]
    public async Task AFailedFileThatIsCountedOnceMoreMeanwhileGivesItsPlaceBack()
    {
        HandOut(JobOf(0, "bad", attempts: 1));
        HandOut(0, "good");
        HandOut(JobOf(0, "worse", attempts: 1));
        var good = started[1];
        // The ledger's thread counts a failure, or takes it back, before its loop comes for the next.
        good.Attempts = 1;
        started[0].Attempts = 0;
        var (afterGood, afterBad) = (feed.NextAsync(good).AsTask(), feed.NextAsync(started[0]).AsTask());
        Assert.False(afterGood.IsCompleted);
        Assert.Equal("worse", (await afterBad)!.Path);
    }

    [Fact]
    public void TooManyThatFailedBeforeGoBackIntoTheLedger()
    {
        limits[0] = 1;
        for (var i = 0; i < 40; i++)
            HandOut(JobOf(0, $"bad{i}", attempts: 1));
        Assert.Equal((1, 16, 23), (started.Count, feed.Waiting, refused.Count));
    }

    [Fact]
    public void ALoopThatHangsLosesItsPlaceOnceAndItsReturnTakesNobodyElses()
    {
        limits[0] = 1;
        HandOut(0, "hangs", "b", "c");
        feed.Leave(started[0]);
        Assert.Equal(["hangs", "b"], started.Select(job => job.Path));
        // It is over, and comes back.
        Assert.False(feed.NextAsync(started[0]).AsTask().IsCompleted);
        Assert.Equal((2, 1), (started.Count, feed.Waiting));
    }

    [Fact]
    public async Task AfterTheStopEveryLoopEndsAndNothingIsGivenOut()
    {
        HandOut(0, "a", "b");
        var waiting = feed.NextAsync(started[0]).AsTask();
        feed.Stop();
        Assert.Null(await waiting);
        Assert.Null(await feed.NextAsync(started[1]));
        HandOut(0, "c");
        Assert.Equal(2, started.Count);
    }

    [Fact]
    public void WhateverComesEachJobIsWorkedOnOnceAndNeverByMoreLoopsThanMay() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5]).List[1, 100].Sample(steps =>
        {
            List<Job> atWork = [], given = [];
            List<Task<Job?>> parked = [];
            Window jobs = new(1024);
            int[] most = [2, 3];
            Feed fed = new(jobs, 2, root => root, bucket => most[bucket], job => { atWork.Add(job); given.Add(job); }, _ => Assert.Fail("refused"));
            var number = 0;
            foreach (var (what, which) in steps)
            {
                if (what < 2)
                {
                    jobs.Reserve();
                    jobs.HandOut(JobOf(which % 2, $"{number++}"));
                }
                else if (what == 2 && atWork.Count > 0)
                {
                    var done = atWork[which % atWork.Count];
                    atWork.Remove(done);
                    parked.Add(fed.NextAsync(done).AsTask());
                }
                else
                {
                    most[which % 2] = which;
                    fed.Pump();
                }
                foreach (var task in parked.Where(task => task.IsCompleted).ToList())
                {
                    parked.Remove(task);
                    atWork.Add(task.Result!);
                    given.Add(task.Result!);
                }
            }
            Assert.Equal(number, given.Count + fed.Waiting);
            Assert.Equal(given.Count, given.Distinct().Count());
        });
}
