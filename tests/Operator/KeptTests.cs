using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>Uploaded files that are kept, as an operator meets them: the careful first day, another bucket, another server.</summary>
public sealed class KeptTests : OperatorTest
{
    const string Files = "2";

    [Fact]
    public async Task AfterTheBucketWasEmptiedNothingIsDeletedAndTheOperatorLearnsWhatToDo()
    {
        await KeepTwo();
        foreach (var key in Server.Objects(Scene.Bucket).Keys.ToList())
            await new SignedRequest(Server.Url, "DELETE", Scene.Bucket, key).Send(Cancel);
        var run = await Scene.Drain(3);
        Assert.Contains("is no longer there", run.Output);
        Assert.DoesNotContain("uploaded and deleted", run.Output);
        Assert.Equal(2, Scene.Files().Length);
        Assert.Contains($"{Files} uploaded files without a confirmed object", await Ask(0, ["status", .. AtLedger]));
        Assert.Contains("\"unconfirmed\":2", await Ask(0, ["status", "--json", .. AtLedger]));
        var list = await Ask(0, ["list", "--unconfirmed", .. AtLedger]);
        Assert.Contains($"{Scene.FullPath("a.dat")}, s3://{Scene.Bucket}/in/a.dat at {Server.Url}", list);
        var explained = await Ask(0, ["explain", Scene.FullPath("a.dat"), .. AtLedger]);
        Assert.Contains("kept: the bucket no longer has the object", explained);
        Assert.Contains("s3sync reupload", explained);
        Assert.Contains("2 files: the next run uploads again", await Ask(0, ["reupload", "--unconfirmed", .. AtLedger]));
        await Scene.Drain();
        await Scene.AssertAllMoved();
        Assert.Contains("\"unconfirmed\":0", await Ask(0, ["status", "--json", .. AtLedger]));
    }

    [Fact]
    public async Task WhatWasUploadedToAnotherServerIsReleasedThereAndUploadedAgainHere()
    {
        await KeepTwo();
        await using var other = await S3Server.Start(null, Scene.Bucket);
        string[] moved = ["-w", Scene.Root, "-b", Scene.Bucket, "--endpoint", other.Url, "--ledger", Scene.Ledger, "-i", "0.2", "--once"];
        var said = await Ask(3, moved);
        Assert.Contains($"it was uploaded to s3://{Scene.Bucket}/in/", said);
        Assert.Contains(Server.Url, said);
        Assert.Equal((2, 0), (Scene.Files().Length, other.Count(S3Operation.PutObject) + other.Count(S3Operation.HeadObject)));
        Assert.Contains("2 files uploaded to another address", await Ask(0, ["status", .. AtLedger]));
        Assert.Contains("s3sync release", await Ask(0, ["explain", Scene.FullPath("b.dat"), .. AtLedger]));
        var asked = Server.Count(S3Operation.HeadObject);
        await Ask(0, ["release", Scene.FullPath("b.dat"), .. AtLedger]);
        await Ask(0, ["reupload", Scene.FullPath("a.dat"), .. AtLedger]);
        Assert.Contains("uploaded and deleted", await Ask(0, moved));
        Assert.Equal((0, asked + 1), (Scene.Files().Length, Server.Count(S3Operation.HeadObject)));
        Assert.Equal("in/a.dat", Assert.Single(other.Objects(Scene.Bucket)).Key);
        Assert.Equal(2, Server.Objects(Scene.Bucket).Count);
    }

    [Fact]
    public async Task ARunIsAskedToReleaseFilesWhileItGoesOn()
    {
        await KeepTwo();
        await using var run = Scene.Start("--prefix", "other");
        await Eventually.True(() => LedgerRows.Count(Scene.Ledger, "code = 4") == 2, () => run.Output, Cancel);
        Assert.Contains("the run that is under way deletes", await Ask(0, ["release", "--elsewhere", .. AtLedger]));
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
    }

    [Fact]
    public async Task WhatIsNotKeptIsNeitherReleasedNorUploadedAgain()
    {
        Scene.Write("a.dat", 10);
        await Scene.Drain();
        foreach (var command in (string[])["release", "reupload"])
        {
            Assert.Contains("is not kept", await Ask(1, [command, Scene.FullPath("a.dat"), .. AtLedger]));
            Assert.Contains("no path given", await Ask(2, [command, .. AtLedger]));
        }
    }

    async Task KeepTwo()
    {
        Scene.Write("a.dat", 10);
        Scene.Write("b.dat", 20);
        await Scene.Drain(more: "--keep");
    }
}
