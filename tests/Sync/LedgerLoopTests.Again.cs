using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Names that come again, more than the window holds.</summary>
public sealed partial class LedgerLoopTests
{
    [Fact]
    public async Task NamesThatComeAgainAllAtOnceAreAllSaidAndCounted()
    {
        const int count = 500;
        using var stand = Start(uploads: 64, deletes: 8);
        for (var i = 0; i < count; i++)
            stand.Find($"{i}");
        await TakeAllAsync(stand, count, most: (64, 8));
        // A copy of the whole tree is put back: far more names than the window holds.
        for (var i = 0; i < count; i++)
            stand.Find($"{i}");
        for (var i = 0; i < count; i++)
        {
            var job = await stand.NextDeleteAsync();
            Assert.Equal(Stage.Deleted, job.Stage);
            // Every tenth report is only older than the deletion.
            stand.Report(job, i % 10 == 0 ? Happening.Gone : Happening.Different);
        }
        await stand.SettledAsync();
        Assert.Equal((count * 9 / 10, count * 9 / 10), (stand.Tally.Again, stand.Log.Count("left alone")));
        Assert.Equal(0, LedgerRows.Count(Ledger, "deleted IS NOT NULL AND due IS NOT NULL"));
        Assert.Equal(count, LedgerRows.Count(Ledger, "deleted IS NOT NULL AND uploaded IS NOT NULL"));
    }

    [Fact]
    public async Task WhileFilesAreKeptANameThatComesAgainIsLookedAtAndNothingIsDeleted()
    {
        using (var stand = Start())
        {
            foreach (var name in (string[])["deleted", "uploaded"])
            {
                stand.Find(name);
                stand.Report(await stand.NextUploadAsync(), Happening.Proven);
                var job = await stand.NextDeleteAsync();
                if (name == "deleted")
                    stand.Report(job, Happening.Removed);
            }
        }
        using (var stand = Start(keep: true))
        {
            stand.Find("deleted");
            stand.Find("uploaded");
            var job = await stand.NextDeleteAsync();
            Assert.Equal(("deleted", Stage.Deleted), (job.Path, job.Stage));
            stand.Report(job, Happening.Different);
            await stand.SettledAsync();
            Assert.Equal(1, stand.Tally.Again);
            Assert.False(stand.Deletes.Jobs.TryRead(out _));
        }
    }
}
