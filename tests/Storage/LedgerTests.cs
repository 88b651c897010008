using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The durable record of every file: each thing it can write down, and what it then hands out.</summary>
public sealed partial class LedgerTests : IDisposable
{
    static readonly Stamp SomeStamp = new(ulong.MaxValue - 1, 1L << 40, -1, long.MaxValue);
    static readonly Receipt SomeReceipt = new(ChecksumKind.Crc64Nvme, "AAAAAAAAAAA=", "etag-2", "version/1");

    readonly TemporaryDirectory directory = new();
    readonly List<Ledger> opened = [];

    string Path => directory["ledger"];

    public void Dispose()
    {
        opened.ForEach(ledger => ledger.Dispose());
        directory.Dispose();
    }

    Ledger Open() => Open(out _);

    Ledger Open(out int root)
    {
        var ledger = Ledger.Open(Path);
        opened.Add(ledger);
        root = ledger.RootId("/in");
        return ledger;
    }

    static Row Read(Ledger ledger, int root, string path)
    {
        Assert.True(ledger.Read(root, path, out var row), $"{path} is unknown");
        return row;
    }

    static string[] Due(Ledger ledger, LedgerLane lane, int root, long time, int limit = 100)
    {
        List<Row> rows = [];
        ledger.ReadDue(lane, root, time, limit, rows);
        return [.. rows.Select(row => row.Path)];
    }

    static void Upload(Ledger ledger, int root, string path, long time, long? dueAt) =>
        ledger.SetUploaded(root, path, time, dueAt, SomeStamp, ledger.TargetId("bucket", "in"), SomeReceipt);

    [Fact]
    public void ANameIsAddedOnceAndIsPendingFromThenOn()
    {
        var ledger = Open(out var root);
        Assert.True(ledger.Add(root, "a", found: 5, dueAt: 7));
        Assert.False(ledger.Add(root, "a", found: 6, dueAt: 9));
        Assert.Equal(new("a", 5, null, null, null, 7, null, 0, 0, default, ChecksumKind.None, null), Read(ledger, root, "a"));
        Assert.Equal(Stage.Pending, Read(ledger, root, "a").Stage);
        Assert.False(ledger.Read(root, "A", out _));
        Assert.False(ledger.Read(root + 1, "a", out _));
    }

    [Fact]
    public void NamesAreKeptAsTheyAre()
    {
        string[] names = ["ä", "a\u0308", "a'b\"c;--", "a\nb", "😀", new('x', 4000), "a\0b", " a ", @"a\b"];
        var ledger = Open(out var root);
        Assert.All(names, name => Assert.True(ledger.Add(root, name, 1, 1)));
        Assert.All(names, name => Assert.False(ledger.Add(root, name, 1, 1)));
        Assert.All(names, name => Assert.Equal(name, Read(ledger, root, name).Path));
        Assert.Equal(names.Length, Due(ledger, LedgerLane.Upload, root, 1).Distinct().Count());
    }

    [Fact]
    public void ANameMayBeParkedFromTheStart()
    {
        var ledger = Open(out var root);
        Assert.True(ledger.Add(root, "a", found: 5, dueAt: 7, parkedFor: "its key is too long"));
        Assert.Equal((7L, 5L, Stage.Pending), (Read(ledger, root, "a").Due, Read(ledger, root, "a").Parked, Read(ledger, root, "a").Stage));
        Assert.Equal("its key is too long", LedgerRows.Of(Path, "a")!.Value.Error);
        Assert.False(ledger.HasActive(root, withDeletes: true, long.MaxValue, 32));
    }

    [Fact]
    public void AnUploadIsRecordedWithItsReceiptWhichIsThereAfterReopening()
    {
        var ledger = Open(out var root);
        ledger.Begin();
        ledger.Add(root, "a", 1, 1);
        ledger.SetRetry(root, "a", 3, attempts: 6, waits: 2, parkedSince: 3, "no permission");
        Upload(ledger, root, "a", time: 10, dueAt: 11);
        ledger.Commit();
        ledger.Dispose();
        var row = Read(Open(out var again), root, "a");
        Assert.Equal(root, again);
        Assert.Equal(new("a", 1, 10, null, null, 11, null, 0, 0, SomeStamp, SomeReceipt.Kind, SomeReceipt.Checksum) { Target = 1, ETag = SomeReceipt.ETag, Version = SomeReceipt.VersionId }, row);
        Assert.Equal(Stage.Uploaded, row.Stage);
        var whole = LedgerRows.Of(Path, "a")!.Value;
        Assert.Equal(SomeReceipt, new(whole.Kind, whole.Checksum!, whole.ETag!, whole.Version));
        Assert.Equal(("/in", "bucket", "in", SomeStamp.Size, null), (whole.Root, whole.Bucket, whole.Prefix, whole.Size, whole.Error));
    }

    [Fact]
    public void AFileThatIsKeptIsUploadedAndHasNothingDue()
    {
        var ledger = Open(out var root);
        ledger.Add(root, "a", 1, 1);
        Upload(ledger, root, "a", 10, dueAt: null);
        Assert.Equal((Stage.Uploaded, null), (Read(ledger, root, "a").Stage, Read(ledger, root, "a").Due));
        Assert.Empty(Due(ledger, LedgerLane.Delete, root, long.MaxValue));
        ledger.SetDue(root, "a", 12);
        Assert.Equal(["a"], Due(ledger, LedgerLane.Delete, root, 12));
    }

    [Fact]
    public void AFileGoneAfterItsUploadIsDeletedAndOneGoneBeforeHasVanishedAndMayComeBack()
    {
        var ledger = Open(out var root);
        ledger.Add(root, "a", 1, 1);
        ledger.Add(root, "b", 1, 1);
        ledger.SetRetry(root, "b", 2, 6, 3, 2, "locked");
        Upload(ledger, root, "a", 10, 10);
        ledger.SetDeleted(root, "a", 11, null);
        ledger.SetDeleted(root, "b", 12, "it is in the bucket");
        Assert.Equal((Stage.Deleted, Stage.Vanished), (Read(ledger, root, "a").Stage, Read(ledger, root, "b").Stage));
        Assert.Equal(((long?)null, (long?)null, "it is in the bucket"), (Read(ledger, root, "b").Due, Read(ledger, root, "b").Parked, LedgerRows.Of(Path, "b")!.Value.Error));
        Assert.Equal(SomeReceipt.Checksum, Read(ledger, root, "a").Checksum);
        ledger.SetRevived(root, "b", 20);
        Assert.Equal(new("b", 20, null, null, null, 20, null, 0, 0, default, ChecksumKind.None, null), Read(ledger, root, "b"));
        Assert.Null(LedgerRows.Of(Path, "b")!.Value.Error);
    }

    [Fact]
    public void ANameThatCameAgainIsLeftOrStaysDeletedAndNothingIsDueForIt()
    {
        var ledger = Open(out var root);
        foreach (var path in (string[])["a", "b"])
        {
            ledger.Add(root, path, 1, 1);
            Upload(ledger, root, path, 10, 10);
        }
        ledger.SetDeleted(root, "b", 11, null);
        ledger.SetAgain(root, "a", 12, "another file");
        ledger.SetAgain(root, "b", 12, "another file");
        Assert.Equal((Stage.Left, Stage.Deleted), (Read(ledger, root, "a").Stage, Read(ledger, root, "b").Stage));
        Assert.Equal((12L, 12L), (Read(ledger, root, "a").Again, Read(ledger, root, "b").Again));
        Assert.Empty(Due(ledger, LedgerLane.Delete, root, long.MaxValue));
    }

    [Fact]
    public void OnlyAPendingFileIsSentBackToSettleSoThatTheStampOfAnUploadStays()
    {
        var ledger = Open(out var root);
        ledger.Add(root, "a", 1, 1);
        var seen = new Stamp(1, 2, 3, 4);
        ledger.SetWait(root, "a", dueAt: 9, waits: 3, seen, "still written");
        Assert.Equal(new("a", 1, null, null, null, 9, null, 0, 3, seen, ChecksumKind.None, null), Read(ledger, root, "a"));
        Assert.Equal("still written", LedgerRows.Of(Path, "a")!.Value.Error);
        Upload(ledger, root, "a", 10, 10);
        ledger.SetWait(root, "a", 99, 9, seen, "late");
        Assert.Equal((10L, 0, SomeStamp), (Read(ledger, root, "a").Due, Read(ledger, root, "a").Waits, Read(ledger, root, "a").Stamp));
    }

    [Fact]
    public void ARetryKeepsWhatIsKnownOfTheFile()
    {
        var ledger = Open(out var root);
        ledger.Add(root, "a", 1, 1);
        Upload(ledger, root, "a", 10, 10);
        ledger.SetRetry(root, "a", 20, attempts: 5, waits: 2, parkedSince: 15, "in use");
        Assert.Equal(new("a", 1, 10, null, null, 20, 15, 5, 2, SomeStamp, SomeReceipt.Kind, SomeReceipt.Checksum) { Target = 1, ETag = SomeReceipt.ETag, Version = SomeReceipt.VersionId }, Read(ledger, root, "a"));
        ledger.SetRetry(root, "a", 30, 1, 0, null, null);
        Assert.Equal((30L, (long?)null, 1), (Read(ledger, root, "a").Due, Read(ledger, root, "a").Parked, Read(ledger, root, "a").Attempts));
    }

    [Fact]
    public void RowsAreHandedOutLongestDueFirstUpToTheLimitAndEachInItsOwnLaneAndRoot()
    {
        var ledger = Open(out var root);
        var other = ledger.RootId("/other");
        foreach (var (path, due) in (ReadOnlySpan<(string, long)>)[("c", 3), ("a", 1), ("d", 4), ("b", 2), ("up", 1)])
            ledger.Add(root, path, 1, due);
        ledger.Add(other, "elsewhere", 1, 1);
        Upload(ledger, root, "up", 1, 1);
        Assert.Equal(["a", "b", "c"], Due(ledger, LedgerLane.Upload, root, 3));
        Assert.Equal(["a", "b"], Due(ledger, LedgerLane.Upload, root, 3, limit: 2));
        Assert.Empty(Due(ledger, LedgerLane.Upload, root, 0));
        Assert.Equal(["up"], Due(ledger, LedgerLane.Delete, root, 3));
        Assert.Equal(["elsewhere"], Due(ledger, LedgerLane.Upload, other, 3));
        Assert.Equal((4L, (long?)null), (ledger.NextDue(LedgerLane.Upload, root, 3), ledger.NextDue(LedgerLane.Upload, root, 4)));
        Assert.Equal((1L, (long?)null), (ledger.NextDue(LedgerLane.Delete, root, 0), ledger.NextDue(LedgerLane.Delete, root, 1)));
    }

    [Fact]
    public void ARowIsActiveUnlessItIsFinishedParkedOrWaitsForAWriterThatDoesNotEnd()
    {
        var ledger = Open(out var root);
        Assert.False(Active());
        ledger.Add(root, "a", 1, 1);
        Assert.True(Active());
        ledger.SetWait(root, "a", 2, 31, default, null);
        Assert.True(Active());
        ledger.SetWait(root, "a", 2, 32, default, null);
        Assert.False(Active());
        ledger.SetRetry(root, "a", 2, 5, 0, parkedSince: 2, null);
        Assert.False(Active());
        Upload(ledger, root, "a", 3, 3);
        Assert.True(Active());
        Assert.False(ledger.HasActive(root, withDeletes: false, long.MaxValue, 32));
        ledger.SetDeleted(root, "a", 4, null);
        Assert.False(Active());
        bool Active() => ledger.HasActive(root, withDeletes: true, long.MaxValue, 32);
    }

    [Fact]
    public void UnfinishedRowsAreCountedByWhatTheyWaitFor()
    {
        var ledger = Open(out var root);
        Assert.Equal(new(0, 0, 0), ledger.Count(root));
        foreach (var path in (string[])["a", "b", "c", "up", "kept", "gone"])
            ledger.Add(root, path, 1, 1);
        ledger.SetRetry(root, "a", 9, 5, 0, 9, null);
        Upload(ledger, root, "up", 1, 1);
        ledger.SetRetry(root, "up", 9, 5, 0, 9, null);
        Upload(ledger, root, "kept", 1, null);
        ledger.SetDeleted(root, "gone", 2, null);
        Assert.Equal(new(3, 1, 2), ledger.Count(root));
        Assert.Equal(new(0, 0, 0), ledger.Count(ledger.RootId("/other")));
    }

    [Fact]
    public void RootsAndTargetsKeepTheirNumbers()
    {
        var ledger = Open(out var root);
        var (other, target, emptied) = (ledger.RootId("/IN"), ledger.TargetId("bucket", "in"), ledger.TargetId("bucket", ""));
        Assert.Equal((2, 2), (((int[])[root, other]).Distinct().Count(), ((int[])[target, emptied]).Distinct().Count()));
        ledger.Dispose();
        ledger = Open(out var again);
        Assert.Equal((root, other, target, emptied), (again, ledger.RootId("/IN"), ledger.TargetId("bucket", "in"), ledger.TargetId("bucket", "")));
    }

    /// <summary>As bytes if they are hexadecimal digits as S3 writes them, and whatever they are they come back the same.</summary>
    [Theory]
    [InlineData("b1946ac92492d2347c6235b4d2611184", 16)]
    [InlineData("b1946ac92492d2347c6235b4d2611184-3", 34)]
    [InlineData("B1946AC92492D2347C6235B4D2611184", 32)]
    [InlineData("zz946ac92492d2347c6235b4d2611184", 32)]
    [InlineData("etag", 4)]
    [InlineData("", 0)]
    public void AnETagComesBackAsItWasAndIsStoredShort(string etag, int stored)
    {
        var ledger = Open(out var root);
        ledger.Begin();
        ledger.Add(root, "a", 1, 1);
        ledger.SetUploaded(root, "a", 2, 3, SomeStamp, ledger.TargetId("bucket", "in"), SomeReceipt with { ETag = etag });
        ledger.Commit();
        Assert.Equal(etag, LedgerRows.Of(Path, "a")!.Value.ETag);
        Assert.Equal(1, LedgerRows.Count(Path, $"length(etag) = {stored}"));
        using var reader = LedgerReader.Open(Path)!;
        Assert.Equal(etag, new LedgerEntries(reader).Find(root, "a")!.Value.Receipt.ETag);
    }
}
