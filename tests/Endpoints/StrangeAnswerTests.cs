using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>What servers, and what stands before them, answer in the wild: the published program loses nothing, blames whom it should, and goes on.</summary>
public sealed class StrangeAnswerTests : EndpointTest
{
    [Theory]
    [InlineData("404 Not Found", "text/plain", "404 page not found\n")]
    [InlineData("405 Method Not Allowed", "text/html", "<html>Not Allowed</html>")]
    [InlineData("421 Misdirected Request", "text/plain", "Misdirected Request")]
    [InlineData("403 Forbidden", "text/html", "<html>Request blocked</html>")]
    [InlineData("200 OK", "text/html", "<html>Sign in to the network</html>")]
    [InlineData("400 Bad Request", "text/plain", "Client sent an HTTP request to an HTTPS server.\n")]
    public async Task WhatIsNoS3ServerHoldsTheFilesAndTheNextRunMovesThem(string status, string type, string body)
    {
        WriteBoth();
        await using (var front = new HostileServer(
            $"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}"))
        {
            var run = Scene.StartWith([.. At(front.Url), "--once", "--patience", "2"]);
            await Scene.AssertExit(run, 1);
            Assert.Contains("what answered is no S3 server", run.Output);
            Assert.Contains(status[..3], run.Output);
            Assert.DoesNotContain("parked", run.Output);
        }
        Assert.Equal(2, Scene.Files().Length);
        await Moves(At(Server.Url));
    }

    [Theory]
    [InlineData(nameof(Profile.Aws))]
    [InlineData(nameof(Profile.RefusesConditions))]
    [InlineData(nameof(Profile.IgnoresConditions))]
    public async Task AWrongSecretParksNoFile(string profile)
    {
        Server.Profile = (Profile)typeof(Profile).GetField(profile)!.GetValue(null)!;
        WriteBoth();
        var run = Scene.StartWith(
            [.. At(Server.Url), "--once", "--patience", "2"],
            new Dictionary<string, string?> { ["AWS_SECRET_ACCESS_KEY"] = "another" });
        await Scene.AssertExit(run, 1);
        Assert.Contains("SignatureDoesNotMatch", run.Output);
        Assert.DoesNotContain("parked", run.Output);
        await Moves(At(Server.Url));
    }

    public static TheoryData<string> Spellings => ["UPPER", "W/\"{0}\"", "{0}", "\"{0}\""];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task ETagsAreReadHoweverTheyAreSpelled(string spelling)
    {
        Server.Profile = Profile.Generic with
        {
            Spelling = tag => spelling == "UPPER" ? $"\"{tag.ToUpperInvariant()}\"" : spelling.Replace("{0}", tag, StringComparison.Ordinal),
            ExactTags = true,
            HeadSaysLength = false,
        };
        WriteBoth();
        await Moves(At(Server.Url));
        Assert.Contains("0 different", await Ask(0, ["verify", .. At(Server.Url)]));
    }

    [Fact]
    public async Task TheWhiteSpaceOfALongCompletionIsWaitedFor()
    {
        Server.Faults.Add(Fault.White(TimeSpan.FromSeconds(3)).On(S3Operation.CompleteMultipartUpload));
        WriteBoth();
        await Moves([.. At(Server.Url), "--request-timeout", "1"]);
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(403, "AccessDenied")]
    [InlineData(403, "SignatureDoesNotMatch")]
    [InlineData(413, "EntityTooLarge")]
    [InlineData(400, "KeyTooLongError")]
    public async Task AFileThatAlwaysFailsIsNamedAndParkedAloneWhateverIsAnswered(int status, string code)
    {
        WriteBoth();
        Scene.Write("bad.dat", 100);
        Server.Faults.Add(Fault.Answer(status, code).Key(Scene.Key("bad.dat")).Where(request => request.Operation == S3Operation.PutObject));
        var run = Scene.StartWith([.. At(Server.Url), "--once", "--patience", "60"]);
        await Scene.AssertExit(run, 3);
        Assert.Equal(["bad.dat"], Scene.Files());
        Assert.Contains(run.Output.Split('\n'), line => line.Contains("bad.dat", StringComparison.Ordinal)
            && line.Contains($"{status} {code}", StringComparison.Ordinal));
        Assert.DoesNotContain("the endpoint fails", run.Output);
    }

    [Theory]
    [InlineData(507, "InsufficientStorage")]
    [InlineData(400, "XMinioAdminBucketQuotaExceeded")]
    [InlineData(403, "QuotaExceeded")]
    public async Task ABucketThatIsFullIsOneFaultAndItsFilesWait(int status, string code)
    {
        for (var i = 0; i < 20; i++)
            Scene.Write($"{i}.dat", 1000);
        Server.Faults.Add(Fault.Answer(status, code).On(S3Operation.PutObject));
        var run = Scene.StartWith([.. At(Server.Url), "--once", "--patience", "2"]);
        await Scene.AssertExit(run, 3);
        Assert.Single(run.Output.Split('\n'), line => line.Contains("takes nothing", StringComparison.Ordinal));
        Assert.Contains("there is no more room", run.Output);
        Assert.Equal(20, Scene.Files().Length);
        Server.Faults.Clear();
        await Moves(At(Server.Url));
    }

    [Fact]
    public async Task ASlashAtTheEndOfTheEndpointIsNoPartOfAKey()
    {
        WriteBoth();
        await Moves(At(Server.Url + "/"));
    }
}
