using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The ledger thread's only ear.</summary>
public sealed class InboxTests
{
    static readonly TimeSpan ForEver = TimeSpan.FromTicks(-1);
    static readonly Root Root = new(0, "/in", "bucket", "in");

    readonly Work work = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Report Found(string path) => new(Happening.Found, Root, path);

    static Report Result(string path) => new(Happening.Proven, Root, path, new(Root, path));

    static List<string> Take(Inbox inbox, out bool goesOn, int jobs = 1000)
    {
        List<Report> taken = [];
        goesOn = inbox.Take(ref taken, TimeSpan.Zero, jobs);
        return [.. taken.Select(report => report.Path)];
    }

    /// <summary>Starts a thread and returns once it waits for something.</summary>
    static async Task<Thread> WaitingAsync(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.Start();
        await Eventually.True(() => thread.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin), () => $"the thread is {thread.ThreadState}", Cancel);
        return thread;
    }

    static void Ends(Thread thread) => Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "it still waits");

    [Fact]
    public void ReportsAreTakenAllAtOnceAndInTheOrderTheyWerePosted()
    {
        var inbox = new Inbox(10, work);
        inbox.PostFound(Found("b"));
        inbox.PostResult(Result("a"));
        inbox.PostFound(Found("c"));
        Assert.Equal(["b", "a", "c"], Take(inbox, out var goesOn));
        Assert.True(goesOn);
        Assert.Empty(Take(inbox, out goesOn));
        Assert.True(goesOn);
    }

    [Fact]
    public void EachPostedReportIsUnderWay()
    {
        var inbox = new Inbox(10, work);
        inbox.PostFound(Found("a"));
        inbox.PostResult(Result("b"));
        work.End();
        Assert.False(work.IsZero);
        work.End();
        Assert.True(work.IsZero);
    }

    [Fact]
    public async Task WhoFindsFilesWaitsWhileTheInboxIsFull()
    {
        var inbox = new Inbox(2, work);
        inbox.PostFound(Found("a"));
        inbox.PostFound(Found("b"));
        var finder = await WaitingAsync(() => inbox.PostFound(Found("c")));
        Assert.Equal(["a", "b"], Take(inbox, out _));
        Ends(finder);
        Assert.Equal(["c"], Take(inbox, out _));
    }

    [Fact]
    public void ResultsNeverWait()
    {
        var inbox = new Inbox(1, work);
        inbox.PostFound(Found("a"));
        for (var i = 0; i < 1000; i++)
            inbox.PostResult(Result($"{i}"));
        Assert.Equal(1001, Take(inbox, out _).Count);
    }

    [Fact]
    public void AfterItsCompletionItGivesWhatItHoldsTakesNothingMoreAndEnds()
    {
        var inbox = new Inbox(10, work);
        Assert.True(inbox.PostFound(Found("a")));
        inbox.Complete();
        Assert.False(inbox.PostFound(Found("b")));
        inbox.PostResult(Result("c"));
        Assert.Equal(["a"], Take(inbox, out var goesOn));
        Assert.True(goesOn);
        Assert.Empty(Take(inbox, out goesOn));
        Assert.False(goesOn);
        // What was dropped is not under way.
        work.End();
        Assert.True(work.IsZero);
    }

    [Fact]
    public async Task CompletionLetsWaitingFindersGo()
    {
        var inbox = new Inbox(1, work);
        inbox.PostFound(Found("a"));
        var posted = true;
        var finder = await WaitingAsync(() => posted = inbox.PostFound(Found("b")));
        inbox.Complete();
        Ends(finder);
        Assert.False(posted);
        Assert.Equal(["a"], Take(inbox, out _));
    }

    [Fact]
    public async Task AReportWakesTheLedgersThread()
    {
        var inbox = new Inbox(10, work);
        List<Report> taken = [];
        var ledger = await WaitingAsync(() => inbox.Take(ref taken, ForEver, 1));
        inbox.PostResult(Result("a"));
        Ends(ledger);
        Assert.Equal("a", Assert.Single(taken).Path);
    }

    [Fact]
    public async Task ANudgeWakesTheLedgersThreadWithNothing()
    {
        var inbox = new Inbox(10, work);
        List<Report> taken = [Found("of the last time")];
        var goesOn = false;
        var ledger = await WaitingAsync(() => goesOn = inbox.Take(ref taken, ForEver, 1));
        inbox.Nudge();
        Ends(ledger);
        Assert.True(goesOn);
        Assert.Empty(taken);
    }

    [Fact]
    public async Task CompletionWakesTheLedgersThreadAndEndsIt()
    {
        var inbox = new Inbox(10, work);
        List<Report> taken = [];
        var goesOn = true;
        var ledger = await WaitingAsync(() => goesOn = inbox.Take(ref taken, ForEver, 1));
        inbox.Complete();
        Ends(ledger);
        Assert.False(goesOn);
    }

    [Fact]
    public void ItWaitsNoLongerThanItIsTold()
    {
        List<Report> taken = [];
        Assert.True(new Inbox(10, work).Take(ref taken, TimeSpan.FromMilliseconds(1), 0));
        Assert.Empty(taken);
    }

    /// <summary>From before a taking of so many reports until so many more were taken; the shortest of some times.</summary>
    double Milliseconds(int first, int next, int jobs) => Enumerable.Range(0, 20).Min(time =>
    {
        var inbox = new Inbox(1000, work);
        Post(first);
        var begun = Stopwatch.GetTimestamp();
        Assert.Equal(first, Take(inbox, out _).Count);
        Post(next);
        Assert.Equal(next, Take(inbox, out _, jobs).Count);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;

        void Post(int count)
        {
            for (var i = 0; i < count; i++)
                inbox.PostResult(Result($"{i}"));
        }
    });

    [Fact]
    public void UnderLoadALongerWhileIsTakenTogetherUnlessWhoWorksWouldRunOutOfWork()
    {
        var (calm, busy, idle) = (Milliseconds(1, 15, jobs: 32), Milliseconds(10, 15, jobs: 32), Milliseconds(10, 16, jobs: 32));
        // A wait is of whole milliseconds.
        Assert.InRange(busy, 14, 10_000);
        // And a tick of the clock of Windows may be as long as the longer one.
        Assert.True(OperatingSystem.IsWindows() || Math.Max(calm, idle) < busy / 2, $"{calm}, {busy}, {idle}");
    }

    [Fact]
    public void WhatManyFindersPostArrivesOnceAndInBatchesWithinTheLimit()
    {
        const int limit = 7, each = 5000;
        var inbox = new Inbox(limit, work);
        var finders = Enumerable.Range(0, 4).Select(finder => new Thread(() =>
        {
            for (var i = 0; i < each; i++)
                inbox.PostFound(Found($"{finder}/{i}"));
        }) { IsBackground = true }).ToList();
        finders.ForEach(finder => finder.Start());
        List<string> all = [];
        List<Report> batch = [];
        while (all.Count < 4 * each && inbox.Take(ref batch, TimeSpan.FromSeconds(30), 0))
        {
            Assert.InRange(batch.Count, 1, limit);
            all.AddRange(batch.Select(report => report.Path));
        }
        Assert.Equal(4 * each, all.Distinct().Count());
        for (var finder = 0; finder < 4; finder++)
            Assert.Equal(Enumerable.Range(0, each).Select(i => $"{finder}/{i}"), all.Where(path => path.StartsWith($"{finder}/", StringComparison.Ordinal)));
    }
}
