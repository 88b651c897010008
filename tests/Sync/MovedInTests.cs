using System;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>That a file was renamed into place is known at its turn, however late that comes, and until something else is seen of it.</summary>
public sealed class MovedInTests : IDisposable
{
    readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task AFileRenamedIntoPlaceIsKnownAsSuchThoughItsTurnComesLate()
    {
        using var stand = Start(uploads: 1);
        stand.Find("first");
        var first = await stand.NextUploadAsync();
        for (var i = 0; i < 5; i++)
            Found(stand, $"{i}", Sign.Moved);
        Found(stand, "closed", Sign.Complete);
        stand.Report(first, Happening.Proven);
        for (var i = 0; i < 6; i++)
        {
            var job = await stand.NextUploadAsync();
            Assert.Equal(job.Path != "closed", job.Moved);
            stand.Report(job, Happening.Proven);
        }
    }

    [Fact]
    public async Task ItIsStillSoAtItsNextAttemptUnlessSomethingElseWasSeenOfIt()
    {
        using var stand = Start();
        Found(stand, "file", Sign.Moved);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var job = await stand.NextUploadAsync();
            Assert.True(job.Moved);
            stand.Report(job, Happening.Unsettled, "it was written a moment ago", delay: TimeSpan.FromSeconds(1));
            await Eventually.True(() => stand.Row("file").Waits == attempt + 1, stand.Log.ToString, TestContext.Current.CancellationToken);
            stand.Advance(TimeSpan.FromSeconds(10));
        }
        // A scan that sees it changes nothing; a writer that closes it does.
        var last = await stand.NextUploadAsync();
        Found(stand, "file", Sign.Touched, FoundBy.PeriodicScan);
        stand.Report(last, Happening.Unsettled, "it was written a moment ago", delay: TimeSpan.FromHours(1));
        await Eventually.True(() => stand.Row("file").Waits == 4, stand.Log.ToString, TestContext.Current.CancellationToken);
        Found(stand, "file", Sign.Complete);
        Assert.False((await stand.NextUploadAsync()).Moved);
    }

    [Fact]
    public async Task AFileRenamedOverOneThatWaitsOrIsUnderWayComesAtOnce()
    {
        using var stand = Start();
        Found(stand, "file", Sign.Complete);
        stand.Report(await stand.NextUploadAsync(), Happening.Unsettled, "it cannot be told", delay: TimeSpan.FromHours(1));
        await Eventually.True(() => stand.Row("file").Waits == 1, stand.Log.ToString, TestContext.Current.CancellationToken);
        Found(stand, "file", Sign.Moved);
        var job = await stand.NextUploadAsync();
        Assert.True(job.Moved);
        job.Moved = false;
        Found(stand, "file", Sign.Moved);
        stand.Report(job, Happening.Unsettled, "it changed while it was read", delay: TimeSpan.FromHours(1));
        Assert.True((await stand.NextUploadAsync()).Moved);
    }

    LoopStand Start(int uploads = 8) => new(directory["ledger"], [new(0, directory["in"], "bucket", "in")], uploads: uploads);

    static void Found(LoopStand stand, string path, Sign sign, FoundBy by = FoundBy.Notification) =>
        stand.Inbox.PostFound(new(Happening.Found, stand.Roots[0], path) { Sign = sign, By = by });
}
