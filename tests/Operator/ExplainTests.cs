using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync explain</c>, <c>list</c> and <c>retry</c>: one file and what to do about it.</summary>
public sealed class ExplainTests : OperatorTest
{
    [Fact]
    public async Task AFileThatWasMovedIsExplainedByItsPathAndByItsKey()
    {
        Scene.Write("deep/a.dat", 1000);
        await Scene.Drain();
        var said = await Ask(0, ["explain", Scene.FullPath("deep/a.dat"), .. AtLedger]);
        foreach (var part in (string[])["on disk     not there", "deleted here ", $"object      s3://{Scene.Bucket}/in/deep/a.dat", "receipt     1,000 bytes, Md5 ", "it is in the bucket"])
            Assert.Contains(part, said);
        Assert.Equal(said, await Ask(0, ["explain", $"s3://{Scene.Bucket}/in/deep/a.dat", .. AtLedger]));
    }

    [Fact]
    public async Task AConflictIsExplainedListedAndTriedAgainBesideARun()
    {
        await Conflict("taken.dat");
        var run = Scene.Start();
        await Parked(run, 1);

        var said = await Ask(0, ["explain", Scene.FullPath("taken.dat"), .. AtLedger]);
        foreach (var part in (string[])["parked since", "last error  conflict: ", "next        in ", "remove or rename the wrong one of the two; then s3sync retry "])
            Assert.Contains(part, said);
        foreach (var list in (string[])["--parked", "--conflicts", "--pending"])
            Assert.Contains($"{Scene.FullPath("taken.dat")}: conflict: ", await Ask(0, ["list", list, .. AtLedger]));

        await Remove("taken.dat");
        Assert.Contains("tries again", await Ask(0, ["retry", Scene.FullPath("taken.dat"), .. AtLedger]));
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        await Scene.AssertAllMoved();
        Assert.Equal("", await Ask(0, ["list", "--parked", .. AtLedger]));
    }

    /// <summary>In the ledger: the log says it before the commit, and says the same reason once a minute.</summary>
    async Task Parked(ProgramRun run, int files)
    {
        await run.WaitForLine("parked", Scene.Limit);
        await Eventually.True(() => LedgerRows.Count(Scene.Ledger, "parked IS NOT NULL") == files, () => run.Output, Cancel);
    }

    [Fact]
    public async Task AllParkedFilesAreTriedAgainByTheNextRunWhereNoneIsUnderWay()
    {
        foreach (var path in (string[])["1.dat", "2.dat"])
            await Conflict(path);
        await Scene.Drain(expected: 3);
        foreach (var path in (string[])["1.dat", "2.dat"])
            await Remove(path);
        Assert.Contains("2 files: the next run tries again at once", await Ask(0, ["retry", "--parked", .. AtLedger]));
        await Scene.Drain();
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task AllParkedFilesAreTriedAgainByARun()
    {
        foreach (var path in (string[])["1.dat", "2.dat"])
            await Conflict(path);
        var run = Scene.Start();
        await Parked(run, 2);
        foreach (var path in (string[])["1.dat", "2.dat"])
            await Remove(path);
        await Ask(0, ["retry", "--parked", .. AtLedger]);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task WhatIsNoRequestIsRemovedAndSaid()
    {
        var run = Scene.Start();
        await run.WaitForLine("watching", Scene.Limit);
        await Eventually.True(() => Directory.Exists(Scene.Ledger + ".requests"), () => run.Output, Cancel);
        await File.WriteAllTextAsync(Path.Combine(Scene.Ledger + ".requests", "x.request"), "nonsense", Cancel);
        await run.WaitForLine("is no request", Scene.Limit);
        Assert.Empty(Directory.GetFiles(Scene.Ledger + ".requests"));
    }

    [Fact]
    public async Task AFileThatWaitsForNothingIsNotTriedAgain()
    {
        Scene.Write("a.dat", 10);
        await Scene.Drain();
        Assert.Contains("waits for nothing", await Ask(1, ["retry", Scene.FullPath("a.dat"), .. AtLedger]));
        Assert.Contains("s3sync retry --parked", await Ask(2, ["retry", .. AtLedger]));
    }

    [Fact]
    public async Task WhoWritesAFileIsNamed()
    {
        Assert.SkipUnless(System.OperatingSystem.IsLinux(), "/proc");
        await using (var held = new FileStream(Scene.FullPath("held.dat"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite))
        {
            var run = Scene.Start();
            await run.WaitForLine("not settled", Scene.Limit);
            var said = await Ask(0, ["explain", Scene.FullPath("held.dat"), .. AtLedger]);
            Assert.Contains("open for writing by ", said);
            Assert.Contains($"(process {System.Environment.ProcessId})", said);
            Assert.Contains("wait until ", said);
            Assert.Contains("ledger      pending", said);
        }
    }

    [Fact]
    public async Task WhatIsNotWatchedOrNotKnownIsSaid()
    {
        await Scene.Drain();
        Assert.Contains($"this ledger's directories: {Scene.Root}", await Ask(1, ["explain", Path.Combine(Scene.Place, "elsewhere.dat"), .. AtLedger]));
        Assert.Contains("there is no such file", await Ask(0, ["explain", Scene.FullPath("never.dat"), .. AtLedger]));
        Scene.Write("new.dat", 1);
        Assert.Contains("is a run under way?", await Ask(0, ["explain", Scene.FullPath("new.dat"), .. AtLedger]));
        Assert.Contains("the ledger knows no file", await Ask(1, ["explain", "s3://nowhere/key", .. AtLedger]));
        Assert.Contains("write s3://bucket/key", await Ask(2, ["explain", "s3://nowhere", .. AtLedger]));
    }

    [Fact]
    public async Task AFileThatIsKeptAndANameThatCameAgainAreExplained()
    {
        Scene.Write("a.dat", 10);
        await Scene.Drain(more: ["--keep"]);
        Assert.Contains("and kept", await Ask(0, ["explain", Scene.FullPath("a.dat"), .. AtLedger]));
        await Scene.Drain();
        Scene.Write("a.dat", 20);
        await Scene.Drain();
        Assert.Contains("names are not used twice", await Ask(0, ["explain", Scene.FullPath("a.dat"), .. AtLedger]));
    }

    [Theory]
    [InlineData("100%.dat", "100%.dat")]
    [InlineData("a%20b.dat", "a%20b.dat")]
    [InlineData("a b+c.dat", "a%20b+c.dat")]
    [InlineData("b\\slash.dat", "b\\slash.dat")]
    [InlineData("line\nend.dat", "line\\u000Aend.dat")]
    [InlineData("bell\u0007.dat", "bell\u0007.dat")]
    [InlineData("\u202Egpj.exe", "\\u202Egpj.exe")]
    public async Task AnOddKeyIsFoundAsItIsAsItIsShownAndAsAnAddressHasIt(string path, string written)
    {
        Scene.Write(path, 10);
        await Scene.Drain();
        foreach (var key in (string[])[path, written, System.Uri.EscapeDataString(path)])
            Assert.Contains($"\"bucket\":\"{Scene.Bucket}\"", await Ask(0, ["explain", "--json", $"s3://{Scene.Bucket}/in/{key}", .. AtLedger]));
    }

    [Fact]
    public async Task AKeyOfAnEarlierPrefixIsFoundAndThatOfTheNewOneIsNotTakenForIt()
    {
        Scene.Write("a.dat", 10);
        await Scene.Drain();
        await Scene.Drain(more: ["--prefix", "other/place"]);
        Scene.Write("b.dat", 10);
        await Scene.Drain(more: ["--prefix", "other/place"]);
        Assert.Contains("/in/a.dat", await Ask(0, ["explain", $"s3://{Scene.Bucket}/in/a.dat", .. AtLedger]));
        Assert.Contains("/other/place/b.dat", await Ask(0, ["explain", $"s3://{Scene.Bucket}/other/place/b.dat", .. AtLedger]));
        await Ask(1, ["explain", $"s3://{Scene.Bucket}/other/place/a.dat", .. AtLedger]);
        await Ask(1, ["explain", $"s3://{Scene.Bucket}/in/b.dat", .. AtLedger]);
        await Ask(1, ["explain", $"s3://elsewhere/in/a.dat", .. AtLedger]);
    }

    [Fact]
    public async Task AListAsJsonHasAnObjectALineAndALimit()
    {
        foreach (var path in (string[])["1.dat", "2.dat", "3.dat"])
            await Conflict(path);
        await Scene.Drain(expected: 3);
        var run = await Ask(0, ["list", "--json", "--limit", "2", .. AtLedger]);
        var lines = run.Split('\n').Where(line => line.StartsWith('{')).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Contains("there are more than 2", run);
        using var json = JsonDocument.Parse(lines[0]);
        Assert.Equal("parked", json.RootElement.GetProperty("stage").GetString());
        Assert.StartsWith(Scene.Root, json.RootElement.GetProperty("path").GetString());
        Assert.Contains("is not a whole number", await Ask(2, ["list", "--limit", "many", .. AtLedger]));
    }

    async Task Conflict(string path)
    {
        await Scene.View.Put(Scene.Key(path), [1, 2, 3], Cancel);
        Scene.Write(path, 1000);
    }

    async Task Remove(string path) => await new SignedRequest(Scene.Url, "DELETE", Scene.Bucket, Scene.Key(path)).Send(Cancel);

    [Fact]
    public async Task OfALargeFileThatWasCutOffItSaysHowMuchIsThere()
    {
        Server.Faults.Add(Fault.Stall(Task.Delay(Timeout.Infinite, Cancel)).On(S3Operation.UploadPart).Skip(2));
        Scene.Write("large.dat", 20_000_000);
        await using (var run = Scene.Start("-s", "5"))
        {
            await Eventually.True(() => LedgerView.Parts(Scene.Ledger) == 2, () => run.Output, Cancel, Scene.Limit);
            await run.Kill();
        }
        Assert.Contains("2 parts of it (10.0 MB) are in the bucket; the next attempt sends the others", await Ask(0, ["explain", Scene.FullPath("large.dat"), .. AtLedger]));
    }
}
