using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using S3Sync.Tests.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Filters in the whole pipeline: what is left out stays where it is and is not in the ledger, and all else goes.</summary>
public sealed class FilterPipelineTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatAScanFindsIsTakenOrLeftOut()
    {
        await using var stand = await Start("+ keep.log", "- *.log", "- cache/");
        foreach (var path in (string[])["a.csv", "b.log", "x/c.log", "x/keep.log", "x/d.csv", "cache/e.csv", "x/cache/y/f.csv", "g.csv.tmp"])
            stand.Write(path, PipelineStand.Bytes(10));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(["b.log", "cache/e.csv", "g.csv.tmp", "x/c.log", "x/cache/y/f.csv"], Files(stand));
        Assert.Equal(new OracleCount(5, 3, 0), stand.Oracle.Check());
        Assert.Equal(3, LedgerRows.Count(stand.Ledger));
        // Each once, and of every rule the first where everybody sees it.
        Assert.Equal(2, stand.Log.Count(".log: - *.log"));
        Assert.Equal(3, stand.Log.Count("others that this rule leaves out are said at debug"));
    }

    [Fact]
    public async Task WhatANotificationTellsOfIsTakenOrLeftOut()
    {
        await using var stand = await Start("- *.log", "- cache/");
        await using var running = stand.Run();
        stand.Write("first.csv", PipelineStand.Bytes(10));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        stand.Write("a.log", PipelineStand.Bytes(10));
        stand.Write("cache/deep/b.csv", PipelineStand.Bytes(10));
        stand.Write("c.csv.part", PipelineStand.Bytes(10));
        stand.Write("last.csv", PipelineStand.Bytes(10));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 2, stand.Log.ToString, Cancel);
        Assert.Equal(new RunResult(null, 0, 0), await running.StopAsync());
        Assert.Equal(["a.log", "c.csv.part", "cache/deep/b.csv"], Files(stand));
        Assert.Equal(2, LedgerRows.Count(stand.Ledger));
        Assert.Equal(new OracleCount(3, 2, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task AFileThatIsRenamedFromATemporaryNameIsTaken()
    {
        await using var stand = await Start();
        await using var running = stand.Run();
        stand.Write("first.csv", PipelineStand.Bytes(10));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        var bytes = PipelineStand.Bytes(100);
        stand.Oracle.Expect(stand.Root, "a.csv", bytes);
        await File.WriteAllBytesAsync(stand.Root.FullPath("a.csv.tmp"), bytes, Cancel);
        File.Move(stand.Root.FullPath("a.csv.tmp"), stand.Root.FullPath("a.csv"));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 2, stand.Log.ToString, Cancel);
        Assert.Equal(new OracleCount(0, 2, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task ADirectoryThatIsLeftOutIsNotEvenListed()
    {
        await using var stand = await Start("- cache/");
        stand.Write("cache/a/b", PipelineStand.Bytes(10));
        stand.Write("other/c", PipelineStand.Bytes(10));
        var disk = new ListedDisk(Platform.OpenDisk([stand.Root.Path]));
        await using var running = stand.Run(rules => rules with { Once = true }, disk: disk);
        await running.Ended.WaitAsync(Cancel);
        Assert.Equal(["in", "other"], disk.Listed.Select(path => Path.GetFileName(path)).Order());
        Assert.Equal(0, disk.Looked);
        Assert.Equal(1, running.Pipeline.LeftOut);
    }

    [Fact]
    public async Task WhatWaitsInTheQueueIsTakenOutOfItAndIsFoundAgainWhenTheRuleGoes()
    {
        const int files = 3000;
        await using var stand = await Start();
        for (var i = 0; i < files; i++)
            stand.Write($"{i}.log", PipelineStand.Bytes(1, i));
        stand.Write("a.csv", PipelineStand.Bytes(10));
        using (var ledger = Ledger.Open(stand.Ledger))
        {
            var root = ledger.RootId(stand.Root.Path);
            ledger.Begin();
            for (var i = 0; i < files; i++)
                ledger.Add(root, $"{i}.log", 1, 1);
            ledger.Add(root, "a.csv", 1, 1);
            ledger.Commit();
        }
        Filter(stand, "- *.log");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal("a.csv", Assert.Single(LedgerRows.All(stand.Ledger)).Path);
        Assert.Equal(new OracleCount(files, 1, 0), stand.Oracle.Check());
        Assert.Equal(0, LedgerFigures.WaitingIn(stand.Ledger));

        Filter(stand);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, files + 1, 0), stand.Oracle.Check());
        Assert.Equal(0, LedgerFigures.WaitingIn(stand.Ledger));
    }

    [Fact]
    public async Task WhatIsInTheBucketIsDeletedIfThatIsPlannedAndKeptIfNotWhateverTheFilterSaysByNow()
    {
        await using var stand = await Start();
        stand.Write("planned.log", PipelineStand.Bytes(10));
        stand.Write("kept.log", PipelineStand.Bytes(10));
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET due = 1 WHERE path = 'planned.log'");
        Filter(stand, "- *.log");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(["kept.log"], Files(stand));
        Assert.Equal(new OracleCount(1, 2, 1), stand.Oracle.Check());
    }

    [Fact]
    public async Task SizesCount()
    {
        await using var stand = await Start();
        Bound(stand, new(10, 100, default, default, false));
        foreach (var size in (int[])[0, 9, 10, 100, 101])
            stand.Write($"{size}", PipelineStand.Bytes(size));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(["0", "101", "9"], Files(stand));
        Assert.Equal(new OracleCount(3, 2, 0), stand.Oracle.Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFileThatIsTooYoungIsTakenWhenItIsOldEnough(bool before)
    {
        await using var stand = await Start();
        Bound(stand, new(0, 0, TimeSpan.FromSeconds(2), default, false));
        if (before)
            stand.Write("a", PipelineStand.Bytes(10));
        await using var running = stand.Run();
        if (!before)
        {
            await Eventually.True(() => stand.Log.Count("watching") > 0, stand.Log.ToString, Cancel);
            stand.Write("a", PipelineStand.Bytes(10));
        }
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(stand.Root.FullPath("a")));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        Assert.True(DateTimeOffset.FromUnixTimeMilliseconds(LedgerRows.Of(stand.Ledger, "a")!.Value.Found + 1) >= written + TimeSpan.FromSeconds(2));
        Assert.Equal(1, stand.Log.Count("--min-age 2; others"));
    }

    [Fact]
    public async Task ARunThatEndsWhenNothingIsLeftToDoDoesNotWaitForAFileToGrowOld()
    {
        await using var stand = await Start();
        Bound(stand, new(0, 0, TimeSpan.FromHours(1), default, false));
        stand.Write("a", PipelineStand.Bytes(10));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(["a"], Files(stand));
    }

    [Fact]
    public async Task AnOldFileIsLeftOut()
    {
        await using var stand = await Start();
        Bound(stand, new(0, 0, default, TimeSpan.FromDays(1), false));
        File.SetLastWriteTimeUtc(stand.Write("old", PipelineStand.Bytes(10)), DateTime.UtcNow - TimeSpan.FromDays(1.01));
        File.SetLastWriteTimeUtc(stand.Write("new", PipelineStand.Bytes(10)), DateTime.UtcNow - TimeSpan.FromDays(0.99));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(["old"], Files(stand));
    }

    [LinuxFact]
    public async Task HiddenFilesAndThoseInHiddenDirectoriesAreLeftOutIfAsked()
    {
        await using var stand = await Start();
        Bound(stand, new(0, 0, default, default, SkipHidden: true));
        foreach (var path in (string[])[".a", "x/.b", ".git/c", "d"])
            stand.Write(path, PipelineStand.Bytes(10));
        await stand.DrainAsync(Cancel);
        Assert.Equal([".a", ".git/c", "x/.b"], Files(stand));
    }

    /// <summary>Wine keeps these attributes only where the disk has room for them beside a file.</summary>
    [WindowsFact]
    public async Task OnWindowsWhatIsHiddenOrTheSystemsOwnIsLeftOutIfAsked()
    {
        await using var stand = await Start();
        stand.Roots[0] = stand.Root with { Filter = new([Rule.Parse("+ wanted", out _)!], new(0, 0, default, default, SkipHidden: true)) };
        foreach (var path in (string[])["a", "b", "hidden/c", "hidden/wanted", "d"])
            stand.Write(path, PipelineStand.Bytes(10));
        foreach (var (path, attribute) in new[] { ("a", FileAttributes.Hidden), ("b", FileAttributes.System), ("hidden", FileAttributes.Hidden) })
            File.SetAttributes(stand.Root.FullPath(path), attribute);
        await stand.DrainAsync(Cancel);
        Assert.Equal(["a", "b", "hidden/c"], Files(stand));
    }

    [Fact]
    public async Task AFilterThatChangesMeanwhileFindsWhatItTakesNow()
    {
        await using var stand = await Start("- *.log");
        PipelineRules? given = null;
        await using var running = stand.Run(rules => given = rules);
        stand.Write("a.log", PipelineStand.Bytes(10));
        stand.Write("b.csv", PipelineStand.Bytes(10));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        running.Pipeline.Change(given! with { Roots = [stand.Root with { Filter = Of("- *.csv") }] });
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 2, stand.Log.ToString, Cancel);
        stand.Write("c.csv", PipelineStand.Bytes(10));
        stand.Write("d.log", PipelineStand.Bytes(10));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 3, stand.Log.ToString, Cancel);
        Assert.Equal(["c.csv"], Files(stand));
        Assert.Equal(new OracleCount(1, 3, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task EachDirectoryHasAFilterOfItsOwn()
    {
        await using var stand = await Start("- *.log");
        var other = stand.AddRoot("other");
        stand.Write("a.log", PipelineStand.Bytes(10));
        stand.Write("a.log", PipelineStand.Bytes(10), other);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(["a.log"], Files(stand));
        Assert.Equal("other/a.log", Assert.Single(stand.Server.Objects("bucket")).Key);
    }

    /// <summary>With these rules and those for temporary names.</summary>
    static async Task<PipelineStand> Start(params string[] rules)
    {
        var stand = await PipelineStand.Start();
        Filter(stand, rules);
        return stand;
    }

    static void Filter(PipelineStand stand, params string[] rules) => stand.Roots[0] = stand.Root with { Filter = Of(rules) };

    static void Bound(PipelineStand stand, Bounds bounds) => stand.Roots[0] = stand.Root with { Filter = new([], bounds) };

    static Filter Of(params string[] rules) => new([.. rules.Select(rule => Rule.Parse(rule, out _)!), .. Rule.Temporary], default);

    static string[] Files(PipelineStand stand) =>
        [.. Directory.EnumerateFiles(stand.Root.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(file => Path.GetRelativePath(stand.Root.Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>The disk of this system; remembers what was listed and how often something was looked at.</summary>
    sealed class ListedDisk(IDisk disk) : IDisk
    {
        int looked;

        public ConcurrentQueue<string> Listed { get; } = [];

        public int Looked => Volatile.Read(ref looked);

        public AccessResult Open(string path, out SourceFile? file) => disk.Open(path, out file);

        public AccessResult Look(string path, out Stamp stamp)
        {
            Interlocked.Increment(ref looked);
            return disk.Look(path, out stamp);
        }

        public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume) => disk.Delete(path, expected, open, volume);

        public AccessResult Identify(string directory, out RootIdentity identity) => disk.Identify(directory, out identity);

        public AccessResult RemoveEmpty(string directory, TimeSpan untouched) => disk.RemoveEmpty(directory, untouched);

        public AccessResult List(string directory, Action<S3Sync.Sync.Entry> each)
        {
            Listed.Enqueue(directory);
            return disk.List(directory, each);
        }
    }
}
