using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync rebuild</c>: the ledger is lost, and made anew from the bucket.</summary>
public sealed class RebuildTests : OperatorTest
{
    [Theory]
    [InlineData("md5")]
    [InlineData("crc64nvme")]
    public async Task WhatWasMovedIsKnownAgainWithItsReceipt(string checksum)
    {
        for (var i = 0; i < 20; i++)
            Scene.Write($"sub/{i}.dat", 1000 + i);
        Scene.Write("large.dat", (8 << 20) + 5);
        await Scene.Drain(more: ["--checksum", checksum]);
        var before = LedgerRows.All(Scene.Ledger);
        Lose();
        var said = await Rebuild(0, "--checksum", checksum);
        Assert.Contains("21 objects of", said);
        Assert.Contains("21  recorded as uploaded and gone from here", said);
        var after = LedgerRows.All(Scene.Ledger);
        Assert.Equal(before.Select(row => (row.Path, row.Stage, row.Size, row.ETag, row.Bucket, row.Prefix)), after.Select(row => (row.Path, row.Stage, row.Size, row.ETag, row.Bucket, row.Prefix)));
        if (checksum != "md5")
            Assert.Equal(before.Select(row => (row.Kind, row.Checksum)), after.Select(row => (row.Kind, row.Checksum)));
        Assert.Contains("21 good", await Ask(0, ["verify", "--endpoint", Scene.Url, "--checksum", checksum, .. AtLedger]));
        Assert.Contains("21 uploaded", await Ask(0, ["status", .. AtLedger]));
        Assert.DoesNotContain("rebuild", string.Join(' ', Directory.EnumerateFiles(Path.GetDirectoryName(Scene.Ledger)!)));
    }

    /// <summary>Not every server encodes keys when asked to, and then a '+' is one, and "%41" no 'A'.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeysAreDecodedOnlyWhereTheServerEncodedThem(bool encodes)
    {
        string[] names = ["a+b.dat", "%41.dat", "100%.dat", "a b.dat", "A.dat", "é+%2B.dat", "a%2fb.dat"];
        for (var i = 0; i < names.Length; i++)
            Scene.Write(names[i], 100 + i);
        await Scene.Drain();
        Lose();
        Server.Profile = Profile.Aws with { EncodesKeys = encodes };
        Assert.Contains("7  recorded as uploaded and gone from here", await Rebuild(0));
        Assert.Equal(names.Order(), LedgerRows.All(Scene.Ledger).Select(row => row.Path).Order());
        Assert.Contains("7 good", await Ask(0, ["verify", "--endpoint", Scene.Url, .. AtLedger]));
    }

    [Fact]
    public async Task ALengthThatHeadDoesNotStateIsTheListings()
    {
        Scene.Write("a.dat", 1000);
        await Scene.Drain();
        Lose();
        Server.Profile = Profile.Aws with { HeadSaysLength = false };
        await Rebuild(0);
        Assert.Equal(1000, LedgerRows.Of(Scene.Ledger, "a.dat")!.Value.Size);
    }

    [Theory]
    [InlineData("<html><body>sign in</body></html>")]
    [InlineData("<ListAllMyBucketsResult></ListAllMyBucketsResult>")]
    [InlineData("<ListBucketResult><Contents><Key>a")]
    [InlineData("<ListBucketResult><Contents><Key>\u0001</Key></Contents></ListBucketResult>")]
    [InlineData("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")]
    [InlineData("no xml")]
    [InlineData("")]
    public async Task AListingThatCannotBeReadIsSaidAndLeavesNoLedger(string document)
    {
        await using var server = new HostileServer($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {document.Length}\r\n\r\n{document}");
        string[] arguments = [.. Scene.Arguments];
        arguments[Array.IndexOf(arguments, Scene.Url)] = server.Url;
        var said = await Ask(1, ["rebuild", .. arguments]);
        Assert.Contains("cannot be listed: ", said);
        Assert.DoesNotContain("line 1", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(Scene.Ledger)!), file => !file.EndsWith(".lock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIsStillHereIsDeletedByTheNextRunOnlyIfItHasTheSameBytes()
    {
        Scene.Write("same.dat", 1000);
        Scene.Write("other.dat", 1000);
        Scene.Write("longer.dat", 1000);
        Scene.Write("large.dat", (8 << 20) + 5);
        await Scene.Drain(more: "--keep");
        Lose();
        File.WriteAllBytes(Scene.FullPath("other.dat"), new byte[1000]);
        File.WriteAllBytes(Scene.FullPath("longer.dat"), new byte[1001]);
        Scene.Write("new.dat", 10);
        var said = await Rebuild(0);
        Assert.Contains("2  recorded as uploaded and still here", said);
        Assert.Contains("2  here with other bytes", said);
        Assert.Equal(["large.dat", "longer.dat", "new.dat", "other.dat", "same.dat"], Scene.Files().Order());
        await Scene.Drain(3);
        Assert.Equal(["longer.dat", "other.dat"], Scene.Files().Order());
        Assert.Equal(Stage.Deleted, LedgerRows.Of(Scene.Ledger, "same.dat")!.Value.Stage);
        Assert.Contains("conflict", LedgerRows.Of(Scene.Ledger, "other.dat")!.Value.Error);
    }

    [Fact]
    public async Task AFileThatChangedAfterwardsIsLeftAlone()
    {
        Scene.Write("a.dat", 1000);
        await Scene.Drain(more: "--keep");
        Lose();
        await Rebuild(0);
        File.WriteAllBytes(Scene.FullPath("a.dat"), new byte[1000]);
        await Scene.Drain();
        Assert.Equal(["a.dat"], Scene.Files());
        Assert.Equal(Stage.Left, LedgerRows.Of(Scene.Ledger, "a.dat")!.Value.Stage);
    }

    [Fact]
    public async Task ADryRunTouchesNothing()
    {
        Scene.Write("a.dat", 1000);
        await Scene.Drain(more: "--keep");
        Lose();
        Assert.Contains("1  of the same length here, to be compared by their bytes", await Rebuild(0, "--dry-run"));
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(Scene.Ledger)!));
    }

    [Fact]
    public async Task ALedgerWithRowsIsNotReplaced()
    {
        Scene.Write("a.dat", 10);
        await Scene.Drain();
        Assert.Contains("has rows, which are not replaced", await Rebuild(1));
        Assert.Contains("has rows, which are not replaced", await Rebuild(1, "--dry-run"));
        var run = Scene.Start();
        Scene.Write("b.dat", 10);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        Assert.Contains("is held by another s3sync", await Rebuild(4));
    }

    [Fact]
    public async Task InterruptedItGoesOnWhereItWas()
    {
        for (var i = 0; i < 1500; i++)
            await Scene.View.Put(Scene.Key($"{i:0000}.dat"), [1], Cancel);
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.HeadObject).Key(Scene.Key("1200.dat")).Times(1));
        var said = await Rebuild(1);
        Assert.Contains("cannot be asked for", said);
        Assert.Contains("it goes on where it was", said);
        Assert.False(File.Exists(Scene.Ledger) && LedgerReader.HasRows(Scene.Ledger));
        said = await Rebuild(0);
        Assert.Contains("1,000  recorded by an earlier attempt", said);
        Assert.Contains("500  recorded as uploaded and gone from here", said);
        Assert.Equal(1500, LedgerRows.All(Scene.Ledger).Count);
    }

    [Fact]
    public async Task AnUnfinishedOneIsNotMixedWithAnotherDirectory()
    {
        await Scene.View.Put(Scene.Key("a"), [1], Cancel);
        using (var replacement = LedgerReplacement.Open(Scene.Ledger))
        {
            replacement.Ledger.Begin();
            replacement.Ledger.Add(replacement.Ledger.RootId("/elsewhere"), "x", 1, 1);
            replacement.Ledger.Commit();
        }
        Assert.Contains("was begun with other directories or buckets", await Rebuild(1));
    }

    [Fact]
    public async Task KeysThatNoFileHasAreCountedAndTheOthersKept()
    {
        foreach (var key in OddKeys.All)
            await Scene.View.Put(key.Length > 1000 || System.Text.Encoding.UTF8.GetByteCount(key) > 1000 ? key : "in/" + key, [1], Cancel);
        await Rebuild(0);
        foreach (var row in LedgerRows.All(Scene.Ledger))
            Assert.Contains(row.Path, OddKeys.All);
        var expected = OddKeys.All.Count(key => System.Text.Encoding.UTF8.GetByteCount(key) <= 1000 && Keys.PathOf(new(0, "/x", "b", ""), key) is not null);
        Assert.Equal(expected, LedgerRows.All(Scene.Ledger).Count);
    }

    [Fact]
    public async Task ServersThatAreBusyAreAskedAgainAndMissingRightsAreSaid()
    {
        await Scene.View.Put(Scene.Key("a"), [1], Cancel);
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.ListObjectsV2).Times(1));
        Assert.Contains("allow this account s3:ListBucket and s3:GetObject", await Rebuild(1));
        Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.HeadObject).Times(2));
        Assert.Contains("1  recorded", await Rebuild(0));
    }

    void Lose()
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Scene.Ledger)!))
            File.Delete(file);
    }

    Task<string> Rebuild(int expected, params string[] more) => Ask(expected, ["rebuild", .. Scene.Arguments, .. more]);
}
