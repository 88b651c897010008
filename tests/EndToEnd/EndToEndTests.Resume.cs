using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

public abstract partial class EndToEndTests
{
    [Fact]
    public async Task KilledInTheMiddleOfALargeFileTheNextRunSendsOnlyTheRest()
    {
        // 39 parts, at 4 a second.
        Scene.Write("large.dat", 200_000_000);
        await using (var run = Scene.Start("--once", "-s", "5", "--bandwidth", "20"))
        {
            await Eventually.True(() => LedgerView.Parts(Scene.Ledger) >= 8, () => run.Output, Cancel, Scene.Limit);
            await run.Kill();
        }
        (await Scene.Judge()).AssertSound();
        var there = LedgerView.Parts(Scene.Ledger);
        Assert.Equal(1, await Scene.View.CountUploads(Cancel));
        var next = await Scene.Drain(more: ["-s", "5"]);
        Assert.Contains($"the upload goes on, {there} of its 39 parts are in the bucket", next.Output);
        await Scene.AssertAllMoved();
        Assert.Equal((0, 0), (await Scene.View.CountUploads(Cancel), LedgerView.Parts(Scene.Ledger)));
    }
}
