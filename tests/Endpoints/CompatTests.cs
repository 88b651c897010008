using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>Whose server it is said to be decides what is sent; never whether something may be overwritten, or deleted without proof.</summary>
public sealed class CompatTests : EndpointTest
{
    [Theory]
    [InlineData("auto", "content-md5", false)]
    [InlineData("generic", "content-md5", true)]
    [InlineData("aws", "x-amz-checksum-crc64nvme", false)]
    [InlineData("r2", "x-amz-checksum-crc64nvme", false)]
    [InlineData("minio", "content-md5", false)]
    [InlineData("b2", "content-md5", false)]
    [InlineData("ceph", "content-md5", false)]
    public async Task ItDecidesTheChecksumAndTheSignatureOfBodies(string compat, string checksum, bool signs)
    {
        await using var front = new TlsFront(Authority.Issue(), Server.Port);
        var seen = new ConcurrentQueue<S3Request>();
        var puts = new ConcurrentBag<(string? Checksum, string Payload, bool IsConditional)>();
        Server.Arrived += request =>
        {
            seen.Enqueue(request);
            if (request.Operation is S3Operation.PutObject or S3Operation.UploadPart)
                puts.Add((request.Header(checksum), request.Header("x-amz-content-sha256")!, request.Header("if-none-match") == "*" || request.Operation == S3Operation.UploadPart));
        };
        var run = Scene.StartWith([.. At(front.Url), "--compat", compat]);
        Scene.Write("small.dat", 1000);
        // With it is learned that the server honours the condition.
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        Scene.Write("large.dat", (5 << 20) + 7);
        await Server.WaitForObject(Scene.Bucket, Scene.Key("large.dat")).WaitAsync(Scene.Limit, Cancel);
        await AssertMoved();
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        Assert.All(puts, put => Assert.True(put is { Checksum: not null, IsConditional: true } && put.Payload == "UNSIGNED-PAYLOAD" != signs, $"{put}"));
        // Before it is begun and before it is completed, whatever is said of the server: only AWS at its own address is trusted not to replace it.
        Assert.Equal(2, seen.Count(request => request is { Operation: S3Operation.HeadObject, Key: "in/large.dat" }));
    }

    [Fact]
    public async Task AChecksumThatIsNamedWins()
    {
        var kinds = new ConcurrentBag<string?>();
        Server.Arrived += request => kinds.Add(request.Operation == S3Operation.PutObject ? request.Header("x-amz-checksum-crc32") : "");
        Scene.Write("small.dat", 1000);
        await Moves([.. At(Server.Url), "--compat", "b2", "--checksum", "crc32"]);
        Assert.DoesNotContain(null, kinds);
    }

    /// <summary>Whatever is said of it: what was there before stays as it was, and the file stays too.</summary>
    [Theory]
    [InlineData("aws", nameof(Profile.IgnoresConditions))]
    [InlineData("aws", nameof(Profile.RefusesConditions))]
    [InlineData("r2", nameof(Profile.IgnoresConditions))]
    [InlineData("minio", nameof(Profile.Generic))]
    [InlineData("ceph", nameof(Profile.Generic))]
    [InlineData("generic", nameof(Profile.IgnoresConditions))]
    public async Task NothingIsOverwrittenByAServerThatDoesNotDoWhatItsNamePromises(string compat, string profile)
    {
        WriteBoth();
        await Scene.Drain(0, "-s", "5");
        Server.Profile = (Profile)typeof(Profile).GetField(profile)!.GetValue(null)!;
        var before = Server.Objects(Scene.Bucket).ToDictionary(pair => pair.Key, pair => pair.Value.ETag);
        // Not known to this ledger, of other content, and one whose name is new, to learn from.
        foreach (var name in (string[])["new.dat", "small.dat", "large.dat"])
            Pattern.WriteFile(Scene.FullPath(name), Scene.Foreign, Scene.Expected.TryGetValue(name, out var old) ? old.Size : 10);
        Directory.Delete(Path.GetDirectoryName(Scene.Ledger)!, recursive: true);
        var run = Scene.StartWith([.. At(Server.Url), "--compat", compat, "--once", "--patience", "20"]);
        Assert.InRange(await run.Exit(Scene.Limit), 0, 3);
        Assert.Equal(before, Server.Objects(Scene.Bucket).Where(pair => before.ContainsKey(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value.ETag));
        Assert.All((string[])["large.dat", "small.dat"], name => Assert.Contains(name, Scene.Files()));
    }

    /// <summary>An account that may only write, on a server that protects nothing: whatever is said of the server, and however many go at once, nothing is written.</summary>
    [Theory]
    [InlineData("auto", nameof(Profile.IgnoresConditions), 200, 16)]
    [InlineData("auto", nameof(Profile.IgnoresConditions), 3, 1)]
    [InlineData("aws", nameof(Profile.IgnoresConditions), 20, 16)]
    [InlineData("r2", nameof(Profile.IgnoresConditions), 20, 16)]
    [InlineData("minio", nameof(Profile.IgnoresConditions), 3, 3)]
    [InlineData("b2", nameof(Profile.RefusesConditions), 20, 16)]
    [InlineData("ceph", nameof(Profile.IgnoresConditions), 20, 16)]
    [InlineData("generic", nameof(Profile.RefusesConditions), 20, 16)]
    public async Task WhereKeysCannotBeSeenNothingIsWritten(string compat, string profile, int files, int uploaders)
    {
        Server.Profile = (Profile)typeof(Profile).GetField(profile)!.GetValue(null)!;
        for (var i = 0; i < files; i++)
        {
            // One of them goes in parts.
            var size = i == 0 ? (5 << 20) + 7 : 1000;
            Pattern.WriteFile(Scene.FullPath($"{i}.dat"), Scene.Foreign, size);
            await Scene.View.Put(Scene.Key($"{i}.dat"), Pattern.Bytes(Scene.Foreign - 1, size), Cancel);
        }
        var before = Server.Objects(Scene.Bucket).ToDictionary(pair => pair.Key, pair => pair.Value.ETag);
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").Where(request => request.Operation is S3Operation.HeadObject or S3Operation.GetObject));
        var run = Scene.StartWith([.. At(Server.Url), "--compat", compat, "-u", $"{uploaders}", "--once", "--patience", "20"]);
        await Scene.AssertExit(run, 3);
        Assert.Contains($"{files} parked", run.Output);
        Assert.Contains("allow s3:GetObject and s3:ListBucket", run.Output);
        Assert.Equal(before, Server.Objects(Scene.Bucket).ToDictionary(pair => pair.Key, pair => pair.Value.ETag));
        Assert.Equal(files, Scene.Files().Length);
        Assert.Contains("so that it sees which keys are free", await Ask(0, ["explain", Scene.FullPath("0.dat"), .. AtLedger]));
    }

    [Fact]
    public async Task WhereTheServerProtectsWhatIsThereAnAccountThatMayOnlyWriteUploads()
    {
        WriteBoth();
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").Where(request => request.Operation is S3Operation.HeadObject or S3Operation.GetObject));
        var said = await Moves(At(Server.Url));
        Assert.InRange(Server.Count(S3Operation.DeleteObject), 1, 2);
        Assert.DoesNotContain("warn", said.Output);
    }

    [Theory]
    [InlineData("auto", "MinIO", "it calls itself MinIO; --compat minio suits it")]
    [InlineData("minio", "MinIO", "it calls itself MinIO, as --compat says")]
    [InlineData("r2", "MinIO", "it calls itself MinIO, but --compat says r2")]
    [InlineData("auto", "AmazonS3", "--compat aws suits it")]
    [InlineData("auto", "other/1.0", "it calls itself other/1.0; --compat generic is the most careful")]
    [InlineData("ceph", null, "it does not say what it is; --compat ceph is taken at its word")]
    public async Task CheckSuggestsOneAndSaysWhy(string compat, string? name, string what)
    {
        await using var server = await S3Server.Start(new() { Name = name }, Scene.Bucket);
        Assert.Contains(what, await Ask(0, ["check", "--no-write", .. At(server.Url), "--compat", compat]));
    }

    [Theory]
    [InlineData("r2", nameof(Profile.IgnoresConditions), 0, "warning  overwrite", "this is not what --compat promises: generic suits it")]
    [InlineData("minio", nameof(Profile.RefusesConditions), 0, "warning  overwrite", "this is not what --compat promises: generic suits it")]
    [InlineData("r2", nameof(Profile.Generic), 1, "failed   proof", "try --compat generic, or another --checksum")]
    public async Task CheckSaysWhereTheServerIsNotWhatItIsSaidToBe(string compat, string profile, int code, string what, string hint)
    {
        Server.Profile = (Profile)typeof(Profile).GetField(profile)!.GetValue(null)!;
        var said = await Ask(code, ["check", .. At(Server.Url), "--compat", compat]);
        Assert.Contains(what, said);
        Assert.Contains(hint, said);
    }

    [Fact]
    public async Task AServerThatAwsDoesNotHaveNeedsItsAddress()
    {
        var said = await Ask(2, [.. At(null), "--compat", "r2"]);
        Assert.Contains("--compat r2 is no server of AWS", said);
        Assert.Contains("--endpoint URL", said);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("ceph")]
    [InlineData("generic")]
    [InlineData("minio")]
    public async Task CephIsKnownAndServedByWhateverSuitsIt(string compat)
    {
        var gateway = await Needs.RadosGateway();
        await using var scene = await Scene.Open(Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path, gateway.Url);
        var check = scene.StartWith(["check", .. scene.Arguments, "--compat", compat]);
        await Scene.AssertExit(check, 0);
        Assert.Contains(compat switch { "ceph" => "as --compat says", "minio" => "but --compat says minio", _ => "--compat ceph suits it" }, check.Output);
        scene.Write("small.dat", 1000);
        scene.Write("large.dat", (5 << 20) + 7);
        await scene.Drain(0, "--compat", compat, "-s", "5", "--patience", "20");
        await scene.AssertAllMoved();
    }
}
