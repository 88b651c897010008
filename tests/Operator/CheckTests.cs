using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync check</c>, on good servers, poor ones and none.</summary>
public sealed class CheckTests : OperatorTest
{
    [Fact]
    public async Task AllIsWellOnAServerThatDoesWhatItShould()
    {
        await Scene.View.SetRules(CheckAccountTests.Rule("", 7), Cancel);
        var said = await Ask(0, ["check", .. Scene.Arguments]);
        foreach (var subject in (string[])["settings", "ledger", "directory", "credentials", "endpoint", "clock", "write", "look", "proof", "overwrite", "corruption", "multipart", "lifecycle"])
            Assert.Contains($"ok       {subject}", said);
        Assert.DoesNotContain("failed  ", said);
        Assert.Contains("0 warnings, 0 failed", said);
        Assert.Contains("from environment variables", said);
    }

    [Fact]
    public async Task NothingIsLeftBehind()
    {
        Server.SetVersioning(Scene.Bucket, enabled: true);
        await Ask(0, ["check", .. Scene.Arguments]);
        Assert.Empty(Server.Objects(Scene.Bucket));
        Assert.Equal(0, Server.OpenUploads);
        Assert.False(Directory.Exists(Path.GetDirectoryName(Scene.Ledger)));
        Assert.Empty(Scene.Files());
    }

    [Fact]
    public async Task WithNoWriteNothingIsWritten()
    {
        var said = await Ask(0, ["check", "--no-write", .. Scene.Arguments]);
        Assert.Contains("nothing was written", said);
        Assert.Equal(0, Server.Count(S3Operation.PutObject));
        Assert.Equal(1, Server.Count(S3Operation.HeadObject));
    }

    [Fact]
    public async Task AServerThatIgnoresConditionsIsWarnedOf()
    {
        Server.Profile = Profile.IgnoresConditions;
        var said = await Ask(0, ["check", .. Scene.Arguments]);
        Assert.Contains("warning  overwrite", said);
        Assert.Contains("hint: ", said);
        Assert.Contains("2 warnings, 0 failed", said);
    }

    [Fact]
    public async Task AServerThatDoesNotKnowConditionsIsWarnedOf()
    {
        Server.Profile = Profile.RefusesConditions;
        Assert.Contains("does not know If-None-Match (501)", await Ask(0, ["check", .. Scene.Arguments]));
        Assert.Empty(Server.Objects(Scene.Bucket));
    }

    /// <summary>On such servers a look is all that protects what is there: without it a run uploads nothing, and check does not say that all is well.</summary>
    [Theory]
    [InlineData(nameof(Profile.IgnoresConditions), "the server ignores If-None-Match, and this account may not look at keys: a run uploads nothing")]
    [InlineData(nameof(Profile.RefusesConditions), "the server does not know If-None-Match (501), and this account may not look at keys: a run uploads nothing")]
    [InlineData(nameof(Profile.Generic), "in parts the server ignores If-None-Match, and this account may not look at keys: a run uploads no file longer than a part")]
    public async Task WhereNothingProtectsWhatIsThereItFails(string profile, string what)
    {
        Server.Profile = (Profile)typeof(Profile).GetField(profile)!.GetValue(null)!;
        foreach (var mayReadOwn in (bool[])[false, true])
        {
            Server.Faults.Clear();
            // With s3:GetObject alone what was written is seen, and of no other key it is told that it is free.
            Server.Faults.Add(Fault.Answer(403, "AccessDenied").Where(request => request.Operation == S3Operation.HeadObject && !(mayReadOwn && Server.Objects(Scene.Bucket).ContainsKey(request.Key))));
            var said = await Ask(1, ["check", .. Scene.Arguments]);
            Assert.Contains(what, said);
            Assert.Contains("allow s3:GetObject and s3:ListBucket", said);
            Assert.Empty(Server.Objects(Scene.Bucket));
            Assert.Equal(0, Server.OpenUploads);
        }
    }

    [Fact]
    public async Task AnAccountThatMayOnlyWriteIsWarnedWhereTheServerProtectsWhatIsThere()
    {
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.HeadObject));
        var said = await Ask(0, ["check", .. Scene.Arguments]);
        Assert.Contains("warning  look", said);
        Assert.Contains("in parts refused too", said);
        Assert.Contains("0 failed", said);
        Assert.Empty(Server.Objects(Scene.Bucket));
    }

    [Fact]
    public async Task AServerThatProvesNothingFails()
    {
        Server.Profile = Profile.ProvesNothing;
        var said = await Ask(1, ["check", .. Scene.Arguments]);
        Assert.Contains("failed   proof", said);
        Assert.Contains("--accept-unproven", said);
        Assert.Empty(Server.Objects(Scene.Bucket));
    }

    [Fact]
    public async Task AnUploadInPartsIsTriedToItsEnd()
    {
        Assert.Contains("an upload in parts can be aborted, and completed, and is proven", Unfolded(await Ask(0, ["check", .. Scene.Arguments])));
        Server.Faults.Add(Fault.Answer(500, "InternalError").On(S3Operation.CompleteMultipartUpload));
        Assert.Contains("failed   multipart", await Ask(1, ["check", .. Scene.Arguments]));
        Server.Faults.Clear();
        Server.Faults.Add(Fault.Answer(200, "InternalError").On(S3Operation.CompleteMultipartUpload));
        Assert.Contains("S3 answered 200 InternalError", Unfolded(await Ask(1, ["check", .. Scene.Arguments])));
        Server.Faults.Clear();
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.UploadPart));
        Assert.Contains("failed   multipart", await Ask(1, ["check", .. Scene.Arguments]));
        Server.Faults.Clear();
        Server.Faults.Add(Fault.WrongChecksum().On(S3Operation.CompleteMultipartUpload));
        Assert.Contains("failed   multipart", await Ask(1, ["check", .. Scene.Arguments, "--checksum", "crc64nvme"]));
        Assert.Empty(Server.Objects(Scene.Bucket));
        Assert.Equal(0, Server.OpenUploads);
    }

    [Fact]
    public async Task AServerThatReplacesOnlyInPartsIsWarnedOf()
    {
        Server.Profile = Profile.Aws with { OnComplete = Conditions.Ignored };
        var said = Unfolded(await Ask(0, ["check", .. Scene.Arguments]));
        Assert.Contains("ok       overwrite", said);
        Assert.Contains("in parts the server ignores If-None-Match", said);
    }

    static string[] Wishes => ["--tags", "a=1&b=2", "--storage-class", "STANDARD_IA", "--metadata", "one=1,zwei=zwölf", "--cache-control", "no-cache", "--content-type", "text/plain", "--sse", "AES256", "--file-facts"];

    [Fact]
    public async Task WhatAServerForgetsOfWhatIsAskedIsWarnedOfWithItsOption()
    {
        string[] arguments = ["check", .. Scene.Arguments, .. Wishes];
        var good = await Ask(0, arguments);
        Assert.DoesNotContain("warning  object", good);
        Assert.Contains("ok       object", good);
        Server.Profile = Profile.Aws with { KeepsHeaders = false };
        var said = Unfolded(await Ask(0, arguments));
        foreach (var option in Wishes.Where(wish => wish.StartsWith("--", StringComparison.Ordinal)))
            Assert.True(said.Split($"what {option} asks for:").Length > 2, $"{option}: {said}");
        Assert.Contains("it has 0 tags of 2", said);
        Assert.Contains("there is no x-amz-storage-class", said);
        Assert.Contains("content-type is 'binary/octet-stream', not 'text/plain'", said);
        Assert.Empty(Server.Objects(Scene.Bucket));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(308)]
    [InlineData(307)]
    public async Task ARedirectIsSaidWithWhereTo(int status)
    {
        await using var front = new HostileServer($"HTTP/1.1 {status} Elsewhere\r\nLocation: https://s3.other.example/x\r\nDate: {DateTime.UtcNow:R}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        string[] arguments = [.. Scene.Arguments];
        arguments[Array.IndexOf(arguments, Scene.Url)] = front.Url;
        var said = Unfolded(await Ask(1, ["check", .. arguments]));
        Assert.Contains("sends us to https://s3.other.example/x", said);
        Assert.Contains("--endpoint", said);
    }

    [Fact]
    public async Task AnAuthorityThatIsNotTrustedIsSaidWithTheOptionThatNamesIt()
    {
        using var authority = new TestAuthority();
        await using var front = new TlsFront(authority.Issue(), Server.Port);
        string[] arguments = [.. Scene.Arguments];
        arguments[Array.IndexOf(arguments, Scene.Url)] = front.Url;
        var said = Unfolded(await Ask(1, ["check", .. arguments]));
        Assert.Contains("failed   endpoint", said);
        Assert.Contains("--ca-file", said);
    }

    /// <summary>Long lines are folded.</summary>
    static string Unfolded(string said) => Regex.Replace(said, @"\r?\n {22}", " ");

    [Fact]
    public async Task AnAccountThatMayNotWriteIsSaidWithWhatToAllow()
    {
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.PutObject));
        var said = await Ask(1, ["check", .. Scene.Arguments]);
        Assert.Contains("failed   write", said);
        Assert.Contains("AccessDenied", said);
        Assert.Contains("s3:PutObject", said);
    }

    [Fact]
    public async Task AnAccountThatMayNotDeleteIsWarnedOfWhatIsLeft()
    {
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.DeleteObject));
        var said = await Ask(0, ["check", .. Scene.Arguments]);
        Assert.Contains("warning  clean up", said);
        Assert.Single(Server.Objects(Scene.Bucket));
    }

    [Fact]
    public async Task ABucketThatIsNotThereIsSaid()
    {
        var said = await Ask(1, "check", "-w", Scene.Root, "-b", "nowhere", "--endpoint", Server.Url, "--ledger", Scene.Ledger);
        Assert.Contains("failed   write", said);
        Assert.Contains("NoSuchBucket", said);
    }

    [Fact]
    public async Task AnEndpointOutOfReachIsSaidOnce()
    {
        await Server.Stop();
        var said = await Ask(1, ["check", .. Scene.Arguments]);
        Assert.Single(said.Split('\n'), line => line.StartsWith("failed  "));
        Assert.Contains("failed   endpoint", said);
    }

    [Fact]
    public async Task WrongSettingsEndWith2()
    {
        var said = await Ask(2, "check", "-w", Scene.FullPath("missing"), "-b", "UPPER case");
        Assert.Contains("failed   settings", said);
        Assert.Equal(said.Split('\n').Count(line => line.StartsWith("failed  ")), said.Split('\n').Count(line => line.Contains("hint: ")));
    }

    [Fact]
    public async Task MissingCredentialsEndWith2()
    {
        var run = Scene.StartWith(["check", .. Scene.Arguments], new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = null, ["AWS_SECRET_ACCESS_KEY"] = null });
        await Scene.AssertExit(run, 2);
        Assert.Contains("failed   credentials", run.Output);
    }

    /// <summary>And verify: commands trust whom a run trusts, and name the same owner.</summary>
    [Fact]
    public async Task TheAuthorityInTheFileIsTrusted()
    {
        using var authority = new TestAuthority();
        var file = Path.Combine(Scene.Place, "ca.pem");
        File.WriteAllText(file, authority.Pem);
        await using var front = new TlsFront(authority.Issue(), Server.Port);
        string[] arguments = [.. Scene.Arguments, "--ca-file", file];
        arguments[Array.IndexOf(arguments, Scene.Url)] = front.Url;
        Assert.Contains("ok       write", await Ask(0, ["check", .. arguments]));
        Assert.Contains("failed   write", await Ask(1, ["check", .. arguments, "--expected-bucket-owner", "999988887777"]));
        Scene.Write("a.dat", 1000);
        await Scene.Drain();
        Assert.Contains("1 good", await Ask(0, ["verify", .. AtLedger, "--endpoint", front.Url, "--ca-file", file]));
    }

    [Fact]
    public async Task ItWorksBesideARunAndTakesNothingFromIt()
    {
        var run = Scene.Start();
        await run.WaitForLine("watching", Scene.Limit);
        var said = await Ask(0, ["check", .. Scene.Arguments]);
        Assert.Contains("version", said);
        Scene.Write("after.dat", 1000);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        await Scene.AssertAllMoved();
    }
}
