using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>An uploaded file that is not here when its turn comes is missing, not deleted: its volume may be away.</summary>
public sealed class MissingFileTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFileWhoseDirectoryIsAwayIsMissingAndIsDeletedWhenItReturnsAfterTheBucketWasAsked()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("volume/file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        var (here, away) = (Path.GetDirectoryName(path)!, Path.Join(Path.GetDirectoryName(stand.Root.Path), "away"));
        Directory.Move(here, away);
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET due = uploaded");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        var row = Row(stand);
        Assert.Equal((Stage.Missing, null, true), (row.Stage, row.Deleted, row.Missing is not null));
        Assert.Equal((0, 1), (stand.Log.Count("uploaded and deleted"), stand.Log.Count("missing")));
        Directory.Move(away, here);
        var asked = stand.Server.Count(S3Operation.HeadObject);
        await stand.DrainAsync(Cancel);
        Assert.Equal((false, asked + 1, Stage.Deleted), (File.Exists(path), stand.Server.Count(S3Operation.HeadObject), Row(stand).Stage));
    }

    [Fact]
    public async Task AnotherFileUnderTheNameOfAMissingOneIsLeftAlone()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("volume/file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        var away = Path.Join(Path.GetDirectoryName(stand.Root.Path), "away");
        Directory.Move(Path.GetDirectoryName(path)!, away);
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET due = uploaded");
        await stand.DrainAsync(Cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, PipelineStand.Bytes(100, seed: 2));
        await stand.DrainAsync(Cancel);
        Assert.Equal((true, Stage.Left), (File.Exists(path), Row(stand).Stage));
    }

    [Fact]
    public async Task AFileThatReturnsAfterItsObjectWasRemovedIsKept()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("volume/file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        var (here, away) = (Path.GetDirectoryName(path)!, Path.Join(Path.GetDirectoryName(stand.Root.Path), "away"));
        Directory.Move(here, away);
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET due = uploaded");
        await stand.DrainAsync(Cancel);
        Directory.Move(away, here);
        foreach (var asked in (S3Operation[])[S3Operation.HeadObject, S3Operation.GetObject])
        {
            stand.Server.Faults.Add(S3Sync.Tests.Support.S3.Fault.Answer(404, "NoSuchKey").On(asked).Times(int.MaxValue));
        }
        await stand.DrainAsync(Cancel);
        Assert.Equal((true, FailureCode.ObjectMissing), (File.Exists(path), Row(stand).Code));
    }

    static LedgerRow Row(PipelineStand stand) => LedgerRows.Of(stand.Ledger, $"volume{Path.DirectorySeparatorChar}file")!.Value;
}
