using System;
using System.Collections.Generic;
using System.Threading;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What a run writes of itself: soon enough for who looks, and never for nothing.</summary>
public sealed class VitalsTests : IDisposable
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Instant = TimeSpan.FromMilliseconds(150);

    readonly TemporaryDirectory directory = new();
    readonly Ledger ledger;
    readonly List<Root> roots;
    readonly ManualTime time = new();
    readonly Window uploads = new(8), deletes = new(8);
    readonly BucketRequests requests = new();
    readonly Dictionary<(int Root, string Path), Job> inFlight = [];
    readonly LedgerBook book;
    readonly Vitals vitals;
    long overflows, width = 16;

    public VitalsTests()
    {
        roots = [new(0, directory["a"], "bucket", "a"), new(1, directory["b"], "bucket", "b")];
        ledger = Ledger.Open(Path);
        book = new(ledger, roots, new(false), time, new(), new CapturedLog());
        book.Open();
        vitals = new(ledger, roots, uploads, new(8), [deletes], requests, root => root == 1 ? Volatile.Read(ref overflows) : 0, [new("uploadsNow", () => Volatile.Read(ref width))], time);
    }

    string Path => directory["ledger"];

    public void Dispose()
    {
        ledger.Dispose();
        directory.Dispose();
    }

    [Fact]
    public void TheFirstCommitTellsWhatIsInForceAndThenNothingIsToBeDone()
    {
        Assert.Equal(1, vitals.Wait.TotalMilliseconds);
        Step();
        Assert.Equal(16, Figures(figures => figures.Vitals())["uploadsNow"]);
        Assert.Equal(Timeout.InfiniteTimeSpan, vitals.Wait);
    }

    [Fact]
    public void UnderLoadItIsWrittenOnceASecondAndByItselfWhereNoCommitFollows()
    {
        Step();
        Begin("1", 0);
        Step();
        Assert.Equal(default, InFlightOf(0));
        Assert.Equal(Second, vitals.Wait);
        time.Advance(Second / 2);
        Begin("2", 1);
        Step();
        Assert.Equal(default, InFlightOf(0));
        Assert.Equal(Second / 2, vitals.Wait);
        time.Advance(Second / 2);
        Step();
        Assert.Equal((new(1, 0), new InFlight(1, 0)), (InFlightOf(0), InFlightOf(1)));
        Assert.Equal(Timeout.InfiniteTimeSpan, vitals.Wait);
    }

    [Fact]
    public void WhereAllIsDoneThatIsWrittenWithIt()
    {
        Step();
        var job = Begin("1", 0);
        Assert.Equal(Second, vitals.Wait);
        job.Stage = Stage.Uploaded;
        uploads.Leave();
        deletes.Reserve();
        time.Advance(Second);
        Step();
        Assert.Equal(new(0, 1), InFlightOf(0));
        deletes.Leave();
        inFlight.Clear();
        time.Advance(Instant);
        Step();
        Assert.Equal(default, InFlightOf(0));
    }

    [Fact]
    public void WhereFilesComeAndGoByTheThousandNotEachIsWritten()
    {
        Step();
        time.Advance(Instant);
        var written = 0;
        for (var file = 0; file < 1000; file++)
        {
            requests.Sent(RequestKind.PutObject);
            Step();
            written += vitals.Wait == Timeout.InfiniteTimeSpan ? 1 : 0;
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.InRange(written, 5, 11);
        time.Advance(Instant);
        Step();
        Assert.Equal(new(1000, 0), Figures(figures => figures.Requests())[(int)RequestKind.PutObject]);
    }

    [Fact]
    public void RequestsAndLostNotificationsAreAddedUpOverRuns()
    {
        for (var i = 1; i <= 3; i++)
        {
            requests.Sent(RequestKind.HeadObject);
            Assert.False(requests.Failed(RequestKind.HeadObject));
            overflows += 2;
            time.Advance(Instant);
            Step();
            Assert.Equal(new(i, i), Figures(figures => figures.Requests())[(int)RequestKind.HeadObject]);
            Assert.Equal((0, 2 * i), Figures(figures => (figures.Since(book.Id(0), 0).Sources.Overflows, figures.Since(book.Id(1), 0).Sources.Overflows)));
        }
        ledger.RecordStart(new(1, 2, 3, "0.1.0"));
        Assert.Equal((0, new(3, 3)), Figures(figures => (figures.Vitals().Count, figures.Requests()[(int)RequestKind.HeadObject])));
    }

    [Fact]
    public void AChangeOfALimitIsSeen()
    {
        Step();
        width = 4;
        time.Advance(Instant);
        Step();
        Assert.Equal(4, Figures(figures => figures.Vitals())["uploadsNow"]);
    }

    Job Begin(string path, int root)
    {
        uploads.Reserve();
        return inFlight[(root, path)] = new(roots[root], path) { Stage = Stage.Pending };
    }

    void Step()
    {
        ledger.Begin();
        vitals.Step(book, inFlight);
        ledger.Commit();
    }

    InFlight InFlightOf(int root) => Figures(figures => figures.LatestOf(book.Id(root)).InFlight);

    T Figures<T>(Func<LedgerFigures, T> of)
    {
        using var reader = LedgerReader.Open(Path)!;
        return of(new(reader));
    }
}
