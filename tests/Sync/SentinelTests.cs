using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Files that are taken once another file beside them says so, which goes only after them and only if nothing is in it.</summary>
public sealed class SentinelTests
{
    const string Done = ".done";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFileIsTakenAtOnceWhenItsSentinelComesAndBothAreThenGone(bool isFileFirst)
    {
        await using var stand = await Start();
        await using var running = stand.Run();
        await Eventually.True(() => stand.Log.Count("watching") == 1, stand.Log.ToString, Cancel);
        if (!isFileFirst)
            Touch(stand, "file" + Done);
        stand.Write("file", PipelineStand.Bytes(100));
        if (isFileFirst)
        {
            await Eventually.True(() => stand.Log.Count("it waits for file.done") > 0, stand.Log.ToString, Cancel);
            Assert.Equal((0, 0), (running.Pipeline.Tally.Found, stand.Server.Objects("bucket").Count));
            Touch(stand, "file" + Done);
        }
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        await running.StopAsync();
        Assert.Equal("in/file", Assert.Single(stand.Server.Objects("bucket")).Key);
        Assert.Empty(Files(stand));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task AScanTakesWhatHasASentinelAndNothingElse()
    {
        await using var stand = await Start();
        for (var i = 0; i < 10; i++)
        {
            stand.Write(Path.Join("sub", $"{i}"), PipelineStand.Bytes(100, i));
            if (i < 6)
                Touch(stand, Path.Join("sub", $"{i}{Done}"));
        }
        // No file is released by a name that is all suffix, by a directory, or by a sentinel of a sentinel.
        Touch(stand, Done);
        stand.Write("other", PipelineStand.Bytes(10));
        Directory.CreateDirectory(stand.Root.FullPath("other" + Done));
        Touch(stand, "early" + Done);
        Touch(stand, "early" + Done + Done);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal([Done, "early.done", "early.done.done", "other", "sub/6", "sub/7", "sub/8", "sub/9"], Files(stand));
        Assert.Equal((6, 6), (stand.Server.Objects("bucket").Count, LedgerRows.Count(stand.Ledger)));
    }

    [Fact]
    public async Task ASentinelWithSomethingInItStaysAndThatIsSaidOnce()
    {
        await using var stand = await Start();
        stand.Write("file", PipelineStand.Bytes(100));
        File.WriteAllText(stand.Root.FullPath("file" + Done), "a checksum, perhaps");
        await stand.DrainAsync(Cancel);
        Assert.Equal(Stage.Deleted, LedgerRows.Of(stand.Ledger, "file")!.Value.Stage);
        Assert.Equal(1, stand.Log.Count("it is not empty, and is not in the bucket"));
        await stand.DrainAsync(Cancel);
        Assert.Equal(1, stand.Log.Count("it is not empty, and is not in the bucket"));
        Assert.Equal(["file.done"], Files(stand));
        Assert.Equal(1, LedgerRows.Count(stand.Ledger));
    }

    [Fact]
    public async Task WhatACrashLeftOfASentinelIsRemovedByTheNextScanAndNoOther()
    {
        await using var stand = await Start();
        foreach (var name in (string[])["gone", "vanished", "named again"])
        {
            stand.Write(name, PipelineStand.Bytes(100));
            Touch(stand, name + Done);
        }
        await stand.DrainAsync(Cancel);
        Assert.Empty(Files(stand));
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET uploaded = NULL WHERE path = 'vanished'; UPDATE file SET again = 1 WHERE path = 'named again'");
        foreach (var name in (string[])["gone", "vanished", "named again", "not yet there"])
            Touch(stand, name + Done);
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        Assert.Equal(["gone.done", "named again.done", "not yet there.done", "vanished.done"], Files(stand));
        using TemporaryDirectory elsewhere = new();
        File.WriteAllText(elsewhere["stop"], "");
        await stand.DrainAsync(Cancel, rules => rules with { DeleteLimits = new(elsewhere["stop"], null) });
        Assert.Equal(4, Files(stand).Length);
        await stand.DrainAsync(Cancel);
        Assert.Equal(["named again.done", "not yet there.done", "vanished.done"], Files(stand));
        Assert.Equal((3, 0), (LedgerRows.Count(stand.Ledger), LedgerRows.Count(stand.Ledger, "due IS NOT NULL")));
    }

    [Fact]
    public async Task AfterACrashBetweenTheFileAndItsSentinelTheNextRunRemovesIt()
    {
        await using var stand = await Start();
        var path = stand.Write("file", PipelineStand.Bytes(100));
        Touch(stand, "file" + Done);
        await stand.DrainAsync(Cancel, rules => rules with { KeepFor = TimeSpan.FromDays(1) });
        Assert.Equal(["file", "file.done"], Files(stand));
        File.Delete(path);
        await stand.DrainAsync(Cancel);
        Assert.Equal(Stage.Missing, LedgerRows.Of(stand.Ledger, "file")!.Value.Stage);
        Assert.Empty(Files(stand));
    }

    [Fact]
    public async Task AFileThatIsKeptKeepsItsSentinelAndOneThatIsLeftAloneAsWell()
    {
        await using var stand = await Start();
        var path = stand.Write("file", PipelineStand.Bytes(100));
        Touch(stand, "file" + Done);
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        Assert.Equal(["file", "file.done"], Files(stand));
        File.WriteAllText(path, "something else");
        await stand.DrainAsync(Cancel);
        Assert.Equal(Stage.Left, LedgerRows.Of(stand.Ledger, "file")!.Value.Stage);
        Assert.Equal(["file", "file.done"], Files(stand));
    }

    [Fact]
    public async Task WhatIsPendingWaitsForItsSentinelToo()
    {
        await using var stand = await Start();
        stand.Write("file", PipelineStand.Bytes(100));
        Touch(stand, "file" + Done);
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        // As if found before there was such an option.
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET uploaded = NULL, due = 0");
        File.Delete(stand.Root.FullPath("file" + Done));
        await using var running = stand.Run();
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file")?.Error == "it waits for file.done", stand.Log.ToString, Cancel);
        Assert.Equal(0, running.Pipeline.Tally.Uploaded);
        Touch(stand, "file" + Done);
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        Assert.Empty(Files(stand));
    }

    [Fact]
    public void ASignIsASignWhateverTheFiltersSay()
    {
        var filter = new Filter([Rule.Parse("+ **", out _)!], default, new(".here", Done));
        Assert.False(filter.Decide("a.done")!.Takes);
        Assert.False(filter.Decide(Path.Join("sub", "a.done"))!.Takes);
        Assert.False(filter.Decide(".here")!.Takes);
        Assert.True(filter.Decide(Path.Join("sub", ".here"))!.Takes);
        Assert.True(filter.Decide("a.done.txt")!.Takes);
        Assert.Equal(Path.Join("sub", "a"), filter.ReleasedBy(Path.Join("sub", "a.done")));
        Assert.Null(filter.ReleasedBy(Path.Join("sub", Done)));
        // A settings file that is changed while a run goes on changes the filter, and not the signs.
        var changed = new Filter([], default, new(null, null)).WithSignsOf(filter);
        Assert.False(changed.Decide("a.done")!.Takes);
        Assert.Equal(Done, changed.Sentinel);
    }

    static async Task<PipelineStand> Start()
    {
        var stand = await PipelineStand.Start(isAws: true);
        stand.Roots[0] = stand.Root with { Filter = new(Rule.Temporary, default, new(null, Done)) };
        return stand;
    }

    static void Touch(PipelineStand stand, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(stand.Root.FullPath(path))!);
        File.WriteAllText(stand.Root.FullPath(path), "");
    }

    static string[] Files(PipelineStand stand) =>
        [.. Directory.EnumerateFiles(stand.Root.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(file => Path.GetRelativePath(stand.Root.Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
