using System;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Operation;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync verify</c>: an audit of the bucket against the receipts.</summary>
public sealed class VerifyTests : OperatorTest
{
    [Fact]
    public async Task WhatWasMovedIsThere()
    {
        await Move(30);
        Assert.Contains("30 objects asked for in ", await Verify(0));
        Assert.Contains("30 good (29.3 KB), 0 missing, 0 different, 0 unknown", await Verify(0, "--read"));
    }

    [Fact]
    public async Task AnObjectInPartsIsReadBackPartByPart()
    {
        Scene.Write("large.dat", (16 << 20) + 5);
        await Scene.Drain();
        Assert.Contains("1 good", await Verify(0, "--read"));
        Assert.Contains("give --upload-part-size as it was then", await Verify(1, "--read", "-s", "5"));
    }

    /// <summary>A front that leaves out the length, and one that spells digests in its own way, change no object.</summary>
    [Theory]
    [InlineData("md5")]
    [InlineData("crc64nvme")]
    public async Task WhatIsOnlySaidInAnotherWayIsNotDifferent(string kind)
    {
        Scene.Write("a.dat", 1000);
        Scene.Write("large.dat", (8 << 20) + 5);
        await Scene.Drain(more: ["--checksum", kind]);
        foreach (var profile in (Profile[])[Profile.Aws with { HeadSaysLength = false }, Profile.Aws with { Spelling = tag => $"\"{tag.ToUpperInvariant()}\"" }, Profile.Aws with { Spelling = tag => $"W/\"{tag}\"", HeadSaysLength = false }, Profile.Aws with { Spelling = tag => tag }])
        {
            Server.Profile = profile;
            Assert.Contains("2 good", await Verify(0, "--checksum", kind));
            Assert.Contains("2 good", await Verify(0, "--checksum", kind, "--read"));
            Assert.Contains("2 good", await Verify(0, "--checksum", kind == "md5" ? "crc32" : "md5"));
        }
        // Where it is no digest at all, though as long as one, bytes can be read and compared nonetheless.
        Server.Profile = Profile.Aws with { Spelling = tag => $"\"{tag.Replace('a', 'x').Replace('0', 'y')}\"" };
        Assert.Contains(kind == "md5" ? "different" : "2 good", await Verify(kind == "md5" ? 5 : 0, "--checksum", kind));
        if (kind != "md5")
            Assert.Contains("2 good", await Verify(0, "--checksum", kind, "--read"));
        // And what a ledger has from a server that spelled them so.
        LedgerRows.Execute(Scene.Ledger, "UPDATE file SET etag = hex(etag) WHERE typeof(etag) = 'blob'");
        Server.Profile = Profile.Aws;
        Assert.Contains("2 good", await Verify(0, "--checksum", "md5"));
    }

    [Theory]
    [InlineData("crc64nvme")]
    [InlineData("crc32c")]
    [InlineData("crc32")]
    public async Task EveryKindOfChecksumIsCompared(string kind)
    {
        Scene.Write("a.dat", 1000);
        Scene.Write("large.dat", (8 << 20) + 5);
        await Scene.Drain(more: ["--checksum", kind]);
        Assert.Contains("2 good", await Verify(0, "--checksum", kind));
        Assert.Contains("2 good", await Verify(0, "--checksum", kind, "--read"));
        // Receipts of one kind, asked for another: the ETag is left to compare.
        Assert.Contains("2 good", await Verify(0));
    }

    [Fact]
    public async Task WhatIsMissingOrDifferentIsNamedAndEndsWith5()
    {
        await Move(5);
        await Remove("1.dat");
        await Remove("2.dat");
        await Scene.View.Put(Scene.Key("2.dat"), new byte[1000], Cancel);
        await Remove("3.dat");
        await Scene.View.Put(Scene.Key("3.dat"), new byte[10], Cancel);
        var said = await Verify(5);
        Assert.Contains($"missing   s3://{Scene.Bucket}/in/1.dat: there is no such object", said);
        Assert.Contains($"different s3://{Scene.Bucket}/in/2.dat: its ETag is ", said);
        Assert.Contains($"different s3://{Scene.Bucket}/in/3.dat: it has 10 bytes where 1000 were uploaded", said);
        Assert.Contains("2 good (2.0 KB), 1 missing, 2 different, 0 unknown", said);
    }

    [Fact]
    public async Task AsJsonEachFindingIsAnObjectAndTheSumIsTheLast()
    {
        await Move(3);
        await Remove("1.dat");
        var lines = (await Verify(5, "--json")).Split('\n');
        using var finding = JsonDocument.Parse(lines[0]);
        using var sum = JsonDocument.Parse(lines[^1]);
        Assert.Equal(("missing", "in/1.dat"), (finding.RootElement.GetProperty("finding").GetString(), finding.RootElement.GetProperty("file").GetProperty("key").GetString()));
        Assert.Equal((2, 1, true), (sum.RootElement.GetProperty("good").GetInt32(), sum.RootElement.GetProperty("missing").GetInt32(), sum.RootElement.GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public async Task APartOfTheReceiptsCanBeChosen()
    {
        await Move(30);
        Scene.Write("sub/x.dat", 10);
        await Scene.Drain();
        Assert.Contains("1 objects", await Verify(0, "--prefix", "in/sub/"));
        Assert.Contains("0 objects", await Verify(0, "--since", "2999-12-31"));
        Assert.Contains("31 objects", await Verify(0, "--since", "2000-01-01", "--subset", "3/3"));
        Assert.Contains("is no date", await Verify(2, "--since", "yesterday"));
        Assert.Contains("is no share", await Verify(2, "--subset", "5/3"));
    }

    [Fact]
    public async Task AServerThatIsBusyIsAskedAgain()
    {
        await Move(5);
        Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.HeadObject).Times(3));
        Assert.Contains("5 good", await Verify(0));
    }

    [Fact]
    public async Task WhatMayNotBeLookedAtIsUnknownAndEndsWith1()
    {
        await Move(2);
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.HeadObject).Key(Scene.Key("1.dat")));
        Assert.Contains("1 good (1000 bytes), 0 missing, 0 different, 1 unknown", await Verify(1));
    }

    [Fact]
    public async Task ItWorksBesideARun()
    {
        var run = Scene.Start();
        Scene.Write("a.dat", 1000);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        Assert.Contains("1 good", await Verify(0));
    }

    [Fact]
    public void EveryKeyHasItsTurnOnceInThirtyDays()
    {
        foreach (var (share, of) in (ReadOnlySpan<(int, int)>)[(1, 30), (2, 30), (1, 1), (7, 10)])
        {
            var turns = Enumerable.Range(0, 1000).Select(number => Enumerable.Range(20_000, of).Count(day => Audit.IsInShare($"in/{number}.dat", share, of, day))).ToArray();
            Assert.All(turns, count => Assert.Equal(share, count));
        }
        var today = Enumerable.Range(0, 3000).Count(number => Audit.IsInShare($"in/{number}.dat", 1, 30, 20_000));
        Assert.InRange(today, 60, 140);
    }

    [Fact]
    public void AReceiptWithoutProofIsComparedBySizeAndETag()
    {
        var entry = new LedgerEntry(1, "/in", "a", 1, 2, 3, null, null, null, 0, 0, null, 10, "bucket", "in", new(ChecksumKind.None, "", "e", null));
        Assert.Equal(Finding.Good, Audit.Of(entry, new(S3Sync.Storage.Fault.None) { Size = 10, ETag = "e" }, ChecksumKind.Md5).Finding);
        Assert.Equal(Finding.Different, Audit.Of(entry, new(S3Sync.Storage.Fault.None) { Size = 10, ETag = "f" }, ChecksumKind.Md5).Finding);
        Assert.Equal(Finding.Unknown, Audit.Of(entry, new(S3Sync.Storage.Fault.None) { Size = 10 }, ChecksumKind.Md5).Finding);
    }

    async Task Move(int count)
    {
        for (var i = 0; i < count; i++)
            Scene.Write($"{i}.dat", 1000);
        await Scene.Drain();
    }

    Task<string> Verify(int expected, params string[] more) => Ask(expected, ["verify", "--endpoint", Scene.Url, .. AtLedger, .. more]);

    async Task Remove(string path) => await new SignedRequest(Scene.Url, "DELETE", Scene.Bucket, Scene.Key(path)).Send(Cancel);
}
