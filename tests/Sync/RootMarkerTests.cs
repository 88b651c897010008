using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>A file that must be in a watched directory: without it nothing is uploaded from there and nothing deleted.</summary>
public sealed class RootMarkerTests
{
    const string Marker = ".here";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WithoutItNothingIsUploadedAndWithItEverythingButTheMarker()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Mark(stand);
        for (var i = 0; i < 5; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        ManualTime time = new();
        await using var running = stand.Run(null, time);
        await Eventually.True(() => LedgerRows.Count(stand.Ledger, "waits > 0 AND error LIKE '%marker%'") == 5, stand.Log.ToString, Cancel);
        Assert.Empty(stand.Server.Objects("bucket"));
        Assert.Equal(1, stand.Log.Count("nothing is deleted below"));
        File.WriteAllText(stand.Root.FullPath(Marker), "this disk");
        await PassAsync(running, time, () => running.Pipeline.Tally.Deleted == 5, stand);
        Assert.Equal(1, stand.Log.Count("is as it was"));
        await running.StopAsync();
        Assert.Equal([stand.Root.FullPath(Marker)], Directory.GetFiles(stand.Root.Path));
        Assert.Equal(5, stand.Server.Objects("bucket").Count);
    }

    [Fact]
    public async Task WhereItIsRemovedWhatIsUploadedStaysUntilItIsBack()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Mark(stand);
        File.WriteAllText(stand.Root.FullPath(Marker), "");
        stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, rules => rules with { KeepFor = TimeSpan.FromDays(1) });
        Assert.Single(stand.Server.Objects("bucket"));
        File.Delete(stand.Root.FullPath(Marker));
        ManualTime time = new();
        time.Advance(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1) - time.GetUtcNow());
        await using var running = stand.Run(null, time);
        await PassAsync(running, time, () => LedgerRows.Of(stand.Ledger, "file")?.Error?.Contains("marker", StringComparison.Ordinal) == true, stand);
        Assert.True(File.Exists(stand.Root.FullPath("file")));
        File.WriteAllText(stand.Root.FullPath(Marker), "");
        await PassAsync(running, time, () => running.Pipeline.Tally.Deleted == 1, stand);
    }

    static void Mark(PipelineStand stand) =>
        stand.Roots[0] = stand.Root with { Marker = Marker, Filter = new(Rule.Temporary, default, new(Marker, null)) };

    static async Task PassAsync(RunningPipeline running, ManualTime time, Func<bool> until, PipelineStand stand) =>
        await Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            running.Pipeline.Turn();
            return until();
        }, stand.Log.ToString, Cancel);
}
