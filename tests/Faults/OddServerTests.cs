using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>Servers that do their work and say so in another way than S3: what they say is read as they mean it, and what they leave out is not made up.</summary>
public sealed class OddServerTests
{
    const int Small = 1000, Large = 3 * PipelineStand.PartSize + 7;

    static readonly (string Name, Func<string, string> Spelling)[] spellings =
    [
        ("quoted", tag => $"\"{tag}\""),
        ("upper", tag => $"\"{tag.ToUpperInvariant()}\""),
        ("bare", tag => tag),
        ("bare and upper", tag => tag.ToUpperInvariant()),
        ("weak", tag => $"W/\"{tag}\""),
        ("weak and upper", tag => $"W/\"{tag.ToUpperInvariant()}\""),
        ("quoted twice", tag => $"\"\"{tag}\"\""),
    ];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Spellings =>
        [.. spellings.SelectMany(one => (string[])["Md5", "Crc64Nvme"], (one, kind) => (one.Name, kind))];

    /// <summary>Alibaba's OSS writes digests in upper case; gofakes3 knows a part by no other spelling than its own.</summary>
    [Theory, MemberData(nameof(Spellings))]
    public async Task HoweverAnETagIsSpelledFilesAreProvenAndPartsKnownByIt(string spelling, string kind)
    {
        await using var stand = await PipelineStand.Start(Spelled(spelling), Enum.Parse<ChecksumKind>(kind));
        stand.Write("small", PipelineStand.Bytes(Small));
        stand.Write("large", PipelineStand.Bytes(Large));
        stand.Write("half", PipelineStand.Bytes(Large, 2));
        // Before it is known whether conditions are honoured, and after.
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 3, 0), stand.Oracle.Check());
    }

    [Theory, MemberData(nameof(Spellings))]
    public async Task WhatWasKeptIsDeletedOnceTheServerHasSaidTheSameOfIt(string spelling, string kind)
    {
        await using var stand = await PipelineStand.Start(checksum: Enum.Parse<ChecksumKind>(kind));
        stand.Write("small", PipelineStand.Bytes(Small));
        stand.Write("large", PipelineStand.Bytes(Large));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Keep = true }));
        stand.Server.Profile = Spelled(spelling);
        // As an older version recorded it: what the server said, without quotes.
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET uploaded = uploaded - 86400000, etag = iif(typeof(etag) = 'blob', hex(etag), upper(etag))");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 2, 0), stand.Oracle.Check());
    }

    [Theory]
    [InlineData("upper", false)]
    [InlineData("weak", false)]
    [InlineData("quoted", true)]
    [InlineData("upper", true)]
    public async Task PartsOfAnEarlierRunKeepTheirSpellingAlsoWhereAnOlderLedgerLostTheQuotes(string spelling, bool isOld)
    {
        await using var stand = await PipelineStand.Start(Spelled(spelling));
        // As many as have room at a time, and one that is stored before.
        var stall = stand.Server.Faults.Add(Fault.Stall(Task.Delay(Timeout.Infinite, Cancel)).On(S3Operation.UploadPart).Skip(1));
        stand.Write("large", PipelineStand.Bytes(20 * PipelineStand.PartSize));
        await using (var running = stand.Run(rules => rules with { Grace = TimeSpan.FromSeconds(0.1), Uploaders = 16 }))
        {
            await Eventually.True(() => stall.Struck == 8, stand.Log.ToString, Cancel);
            await running.StopAsync();
        }
        stand.Server.Faults.Clear();
        if (isOld)
            LedgerRows.Execute(stand.Ledger, "UPDATE part SET etag = trim(etag, '\"')");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(1, stand.Server.Count(S3Operation.CreateMultipartUpload));
        Assert.Equal(1, stand.Log.Count("the upload goes on, 1 of its 20 parts"));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    public static TheoryData<string, int> KindsAndLengths => new() { { "Md5", Small }, { "Md5", Large }, { "Crc64Nvme", Small }, { "Crc64Nvme", Large } };

    /// <summary>As fronts that compress do: https://developers.cloudflare.com/speed/optimization/content/compression/</summary>
    [Theory, MemberData(nameof(KindsAndLengths))]
    public async Task ALengthThatIsNotStatedIsNoOtherLength(string kind, int length)
    {
        await using var stand = await PipelineStand.Start(Profile.Aws with { HeadSaysLength = false }, Enum.Parse<ChecksumKind>(kind));
        stand.Server.Faults.Add(Fault.LoseAnswer().On(length == Large ? S3Operation.CompleteMultipartUpload : S3Operation.PutObject).Times(1));
        stand.Write("file", PipelineStand.Bytes(length));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Keep = true }));
        Assert.Equal(1, stand.Log.Count("adopted"));
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET uploaded = uploaded - 86400000");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        // And a key that has something else is as much of a conflict as ever.
        await new BucketView(stand.Server.Url, "bucket").Put("in/other", PipelineStand.Bytes(length, 8), Cancel);
        stand.Oracle.Foreign("bucket", "in/other", PipelineStand.Bytes(length, 8));
        var path = stand.Write("other", PipelineStand.Bytes(length, 9));
        Assert.Equal(1, (await stand.DrainAsync(Cancel)).Parked);
        Assert.True(File.Exists(path));
    }

    [Theory, MemberData(nameof(KindsAndLengths))]
    public async Task WithoutLengthAndWithoutProofAnObjectIsUnprovenAndNoConflict(string kind, int length)
    {
        await using var stand = await PipelineStand.Start(Profile.ProvesNothing with { HeadSaysLength = false }, Enum.Parse<ChecksumKind>(kind));
        var bytes = PipelineStand.Bytes(length);
        await new BucketView(stand.Server.Url, "bucket").Put("in/file", bytes, Cancel);
        stand.Oracle.Foreign("bucket", "in/file", bytes);
        var path = stand.Write("file", bytes);
        Assert.Equal(1, (await stand.DrainAsync(Cancel)).Parked);
        Assert.True(File.Exists(path));
        Assert.Equal((0, 1), (stand.Log.Count("conflict"), stand.Log.Count("the server states neither its length nor what would prove")));
    }

    public static TheoryData<string> Nonsense => ["AAAA", "AAAAAA==", "AAAAAAAAAAAAAAAAAAAAAA==", "not base64 !", "AAAAAAAAAAA=-3", "AAAA AAAAAA=", "-", "0"];

    [Theory, MemberData(nameof(Nonsense))]
    public async Task WhatCannotBeAChecksumProvesNothingAndContradictsNothing(string sum)
    {
        await using var stand = await PipelineStand.Start(Profile.Aws with { Sum = _ => sum });
        stand.Write("small", PipelineStand.Bytes(Small));
        stand.Write("large", PipelineStand.Bytes(Large));
        Assert.Equal(2, (await stand.DrainAsync(Cancel)).Parked);
        Assert.Equal((0, 2), (stand.Log.Count("other bytes than were sent"), stand.Log.Count("the server does not prove it")));
        Assert.Equal(2, Directory.GetFiles(stand.Root.Path).Length);
    }

    static Profile Spelled(string name) => Profile.Aws with { Spelling = spellings.Single(one => one.Name == name).Spelling, ExactTags = true };
}
