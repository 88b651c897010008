using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Invariants 5 and 6 for the ledger's ear.</summary>
public sealed class InboxTests
{
    static readonly Root Root = new(0, "/out", "bucket", "out");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Report Found(string path) => new(Happening.Found, Root, path);

    [Fact]
    public void WhatIsPostedIsTakenInOrderAllAtOnce()
    {
        var inbox = new Inbox(10, new());
        inbox.PostFound(Found("a"));
        inbox.PostResult(new(Happening.Gone, Root, "b", new(Root, "b")));
        List<Report> batch = [];
        Assert.True(inbox.Take(ref batch, TimeSpan.Zero));
        Assert.Equal(["a", "b"], batch.Select(report => report.Path));
        Assert.True(inbox.Take(ref batch, TimeSpan.Zero));
        Assert.Empty(batch);
    }

    [Fact]
    public async Task WhoFindsWaitsWhileItIsFullAndResultsNeverDo()
    {
        var inbox = new Inbox(2, new());
        inbox.PostFound(Found("a"));
        inbox.PostFound(Found("b"));
        var third = Task.Run(() => inbox.PostFound(Found("c")), Cancel);
        inbox.PostResult(new(Happening.Gone, Root, "result", new(Root, "result")));
        List<Report> batch = [];
        inbox.Take(ref batch, TimeSpan.Zero);
        // The third may have been posted already: it was let in by the taking of the others, not before.
        Assert.Equal(["a", "b", "result"], batch.Select(report => report.Path).Take(3));
        Assert.True(await third);
    }

    [Fact]
    public async Task CompletionLetsEverybodyGoAndTheRestIsStillTaken()
    {
        var work = new Work();
        var inbox = new Inbox(1, work);
        inbox.PostFound(Found("a"));
        var blocked = Task.Run(() => inbox.PostFound(Found("b")), Cancel);
        inbox.Complete();
        Assert.False(await blocked);
        Assert.False(inbox.PostFound(Found("c")));
        List<Report> batch = [];
        Assert.True(inbox.Take(ref batch, Timeout.InfiniteTimeSpan));
        Assert.Equal(["a"], batch.Select(report => report.Path));
        Assert.False(inbox.Take(ref batch, Timeout.InfiniteTimeSpan));
        work.End();
        Assert.True(work.IsZero);
    }

    [Fact]
    public async Task NothingIsLostBetweenManyPostersAndOneTaker()
    {
        const int posters = 8, each = 20_000;
        var work = new Work();
        var inbox = new Inbox(64, work);
        var posting = Enumerable.Range(0, posters).Select(poster => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
            {
                inbox.PostFound(Found($"{poster}/{i}"));
            }
        }, Cancel)).ToArray();
        var seen = new HashSet<string>();
        List<Report> batch = [];
        while (seen.Count < posters * each)
        {
            inbox.Take(ref batch, TimeSpan.FromSeconds(10));
            Assert.InRange(batch.Count, 1, 64);
            foreach (var report in batch)
            {
                Assert.True(seen.Add(report.Path));
            }
            work.End(batch.Count);
        }
        await Task.WhenAll(posting);
        Assert.True(work.IsZero);
    }
}
