using System.Collections.Generic;
using System.IO;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Operation;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What a person is told to do about a file that somebody has open.</summary>
public sealed class AdviceTests
{
    const long Found = 1_000_000;

    [Theory]
    // writes: null where the system does not tell, as on Windows
    [InlineData("excel", true, false, "wait until excel (process 7) has closed it: a file that is being written is not taken")]
    [InlineData("excel", false, false, "wait: its turn comes")]
    [InlineData("excel", null, false, "wait until excel (process 7) has closed it: it may be writing")]
    [InlineData("s3sync", null, false, "wait: its turn comes")]
    [InlineData("excel", null, true, "remove the cause of the last error; then s3sync retry ")]
    public void WhoHasAPendingFileOpenIsNamedWhereThatMayHoldIt(string name, bool? writes, bool parked, string advice) =>
        Assert.StartsWith(advice, Of(Entry with { Parked = parked ? Found : null, Error = "something" }, new(7, name, writes)));

    [Theory]
    [InlineData("excel", null, "wait until excel (process 7) has closed it: it is in the bucket, and is deleted here then")]
    [InlineData("S3SYNC.EXE", null, "nothing: it is in the bucket, and is deleted here when its turn comes")]
    [InlineData("cat", false, "nothing: it is in the bucket, and is deleted here when its turn comes")]
    public void WhoKeepsAnUploadedFileIsNamed(string name, bool? writes, string advice) =>
        Assert.StartsWith(advice, Of(Entry with { Uploaded = Found, Size = 10 }, new(7, name, writes)));

    static LedgerEntry Entry => new(1, Root.Path, "a", Found, null, null, null, Found, null, 0, 0, null, null, null, null, default);

    static LedgerRoot Root => new(1, Path.GetFullPath("/in"), "bucket", "in");

    static string Of(LedgerEntry entry, Holder holder) =>
        Advice.Of(Root, "a", entry, new(Access.Ok, 0), new Stamp(0, 10, 0, 0), (List<Holder>)[holder]);
}
