using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync import</c>: the ledger of s3_file_sync is taken over, and nothing it says is taken on trust.</summary>
public sealed class ImportTests : OperatorTest
{
    const string Before = "2024-03-01 10:20:30";

    string Former => Path.Combine(Scene.Place, "db.sqlite3");

    [Fact]
    public async Task WhatIsInTheBucketIsDoneUnderEitherSpelling()
    {
        await Scene.View.Put("in/a.dat", [1, 2], Cancel);
        await Scene.View.Put(@"in\sub\b.dat", [3], Cancel);
        Make(("a.dat", Before, Before), ("sub/b.dat", Before, null));
        Assert.Contains("2  in the bucket and gone from here: recorded as done", await Import(0));
        var rows = LedgerRows.All(Scene.Ledger);
        Assert.Equal([("a.dat", Stage.Deleted, 2L), ("sub/b.dat", Stage.Deleted, 1L)], rows.Select(row => (row.Path, row.Stage, row.Size!.Value)));
        Assert.Equal(LedgerOfFormer.Time(Before), rows[0].Uploaded);
        Assert.Equal(LedgerOfFormer.Time(Before), rows[0].Deleted);
        Assert.Contains("2 good", await Ask(0, ["verify", "--endpoint", Scene.Url, .. AtLedger]));
        Assert.Contains(@"in\\sub\\b.dat", await Ask(0, ["explain", Scene.FullPath("sub/b.dat"), "--json", .. AtLedger]));
        Assert.Contains("2  known to the ledger already", await Import(0));
        foreach (var key in (string[])["in/a.dat", @"in\sub\b.dat"])
            Assert.Contains("it is in the bucket", await Ask(0, ["explain", $"s3://{Scene.Bucket}/{key}", .. AtLedger]));
        // That is not its key.
        await Ask(1, ["explain", $"s3://{Scene.Bucket}/in/sub/b.dat", .. AtLedger]);
    }

    [Fact]
    public async Task ALengthThatTheBucketDoesNotStateIsNotRecordedAsNone()
    {
        await Scene.View.Put("in/a.dat", [1, 2], Cancel);
        await Scene.View.Put("in/here.dat", [3, 4, 5], Cancel);
        Produce("here.dat", [3, 4, 5]);
        Make(("a.dat", Before, Before), ("here.dat", Before, null));
        Server.Profile = Profile.Aws with { HeadSaysLength = false };
        var said = await Import(0);
        Assert.Contains("1  in the bucket and gone from here: recorded as done", said);
        Assert.Equal([("a.dat", (long?)null), ("here.dat", 3L)], LedgerRows.All(Scene.Ledger).Select(row => (row.Path, row.Size)));
        Server.Profile = Profile.Aws;
        Assert.Contains("2 good", await Ask(0, ["verify", "--endpoint", Scene.Url, .. AtLedger]));
    }

    [Fact]
    public async Task AKeyThatFollowsFromNoSettingsIsFoundAmongThoseThatAreWrittenDown()
    {
        // The former program put the directory's own name before the path, as it does on Windows; this run has another prefix.
        await Scene.View.Put(@"in\sub\b.dat", [3], Cancel);
        Make(("sub/b.dat", Before, Before));
        Assert.Contains("1  in the bucket and gone from here", await Import(0, "--prefix", "new"));
        Assert.Contains("it is in the bucket", await Ask(0, ["explain", $@"s3://{Scene.Bucket}/in\sub\b.dat", .. AtLedger]));
    }

    [Fact]
    public async Task WhatIsStillHereIsDeletedByTheNextRunOnlyIfItsBytesAreInTheBucket()
    {
        // The former program sends everything in parts, also what is one of them.
        await PutInParts("in/same.dat", new byte[1000]);
        await PutInParts(@"in\slash.dat", new byte[999]);
        await PutInParts("in/other.dat", new byte[1000]);
        Produce("same.dat", new byte[1000]);
        Produce("slash.dat", new byte[999]);
        Produce("other.dat", [.. Enumerable.Repeat((byte)7, 1000)]);
        Make(("same.dat", Before, null), ("slash.dat", Before, null), ("other.dat", Before, null));
        var said = await Import(0);
        Assert.Contains("2  in the bucket, and here with the same bytes", said);
        Assert.Contains("1  in the bucket, but what is here is not proven to be the same", said);
        Assert.Equal(3, Scene.Files().Length);
        await Scene.Drain(3);
        Assert.Equal(["other.dat"], Scene.Files());
        Assert.Contains("conflict", LedgerRows.Of(Scene.Ledger, "other.dat")!.Value.Error);
        Assert.False((await Scene.View.List(Cancel)).ContainsKey("in/slash.dat"));
    }

    [Fact]
    public async Task WhatIsNotInTheBucketIsUploadedAndWhatIsNowhereIsSaid()
    {
        Scene.Write("claimed.dat", 100);
        Scene.Write("pending.dat", 100);
        Make(("claimed.dat", Before, null), ("pending.dat", null, null), ("nowhere.dat", Before, Before), ("gone.dat", null, null), ("../elsewhere.dat", Before, null));
        var said = await Import(5);
        Assert.Contains("1  called uploaded, but not in the bucket: queued again", said);
        Assert.Contains("1  not uploaded yet: queued again", said);
        Assert.Contains($"lost      {Scene.FullPath("nowhere.dat")}: called uploaded", said);
        Assert.Contains("1  not uploaded, and not here any more", said);
        Assert.Contains("1  below none of the watched directories", said);
        Assert.Equal(2, LedgerRows.All(Scene.Ledger).Count);
        await Scene.Drain();
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task ADryRunTouchesNothing()
    {
        await Scene.View.Put("in/a.dat", [1, 2], Cancel);
        Make(("a.dat", Before, null));
        Assert.Contains("nothing was touched", await Import(0, "--dry-run"));
        Assert.False(File.Exists(Scene.Ledger));
    }

    [Fact]
    public async Task WhereTheBucketCannotBeAskedNothingIsRecordedAndItCanBeRepeated()
    {
        await Scene.View.Put("in/a.dat", [1, 2], Cancel);
        Make(("a.dat", Before, null));
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.HeadObject).Times(1));
        Assert.Contains("allow this account s3:ListBucket and s3:GetObject", await Import(1));
        Assert.Empty(LedgerRows.All(Scene.Ledger));
        Assert.Contains("1  in the bucket and gone from here", await Import(0));
    }

    [Fact]
    public async Task WhatIsNoLedgerOfItIsRefused()
    {
        Assert.Contains("which ledger?", await Ask(2, ["import", .. Scene.Arguments]));
        Assert.Contains("there is no file", await Import(1));
        FormerLedger.Execute(Former, "CREATE TABLE other (x)");
        Assert.Contains("has no table with a path and a date of upload", await Import(1));
        File.WriteAllText(Former, "no database at all, but long enough to be taken for one");
        Assert.Contains("s3sync: error: ", await Import(1));
    }

    [Fact]
    public async Task ThousandsOfRowsAreTakenPageByPage()
    {
        for (var i = 0; i < 2500; i++)
            Scene.Write($"{i:0000}.dat", 1);
        Make([.. Enumerable.Range(0, 2500).Select(i => ($"{i:0000}.dat", (string?)null, (string?)null))]);
        Assert.Contains("2,500  not uploaded yet", await Import(0));
        Assert.Equal(2500, LedgerRows.All(Scene.Ledger).Count);
    }

    void Make(params (string Path, string? Uploaded, string? Deleted)[] rows) =>
        FormerLedger.Make(Former, rows.Select(row => (Path.GetFullPath(Scene.FullPath(row.Path)), row.Uploaded, row.Deleted)));

    void Produce(string path, byte[] body) => File.WriteAllBytes(Scene.FullPath(path), body);

    async Task PutInParts(string key, byte[] body)
    {
        var begun = await new Conformance.SignedRequest(Scene.Url, "POST", Scene.Bucket, key) { Query = [("uploads", "")] }.Send(Cancel);
        var id = System.Xml.Linq.XDocument.Parse(System.Text.Encoding.UTF8.GetString(begun.Body)).Descendants().First(element => element.Name.LocalName == "UploadId").Value;
        await new Conformance.SignedRequest(Scene.Url, "PUT", Scene.Bucket, key) { Query = [("partNumber", "1"), ("uploadId", id)], Body = body }.Send(Cancel);
        var etag = System.Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(body));
        var parts = $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"{etag}\"</ETag></Part></CompleteMultipartUpload>";
        var done = await new Conformance.SignedRequest(Scene.Url, "POST", Scene.Bucket, key) { Query = [("uploadId", id)], Body = System.Text.Encoding.UTF8.GetBytes(parts) }.Send(Cancel);
        Assert.Contains("-1", System.Text.Encoding.UTF8.GetString(done.Body));
    }

    Task<string> Import(int expected, params string[] more) => Ask(expected, ["import", "--from", Former, .. Scene.Arguments, .. more]);
}
