using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>A bucket of AWS that is not where the settings say is found, and remembered.</summary>
public sealed class RegionTests : EndpointTest
{
    const string Home = "eu-central-1";

    readonly ConcurrentQueue<(S3Operation Operation, string Host)> arrived = new();

    [Theory]
    [InlineData("us-east-1", "")]
    [InlineData("us-west-2", "--dual-stack")]
    public async Task InAnotherRegionThanTheSettingsSayItIsFollowedThere(string region, string options)
    {
        await using var server = await Start();
        await using var proxy = new TestProxy(server.Port, Authority);
        foreach (var i in Enumerable.Range(0, 10))
            Scene.Write($"{i}.dat", 1000);
        WriteBoth();
        var run = await Moves([.. At(null), "--region", region, "--proxy", proxy.Url, "-u", "1", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)], null, Scene.Bucket, server);
        Assert.Equal(1, run.Count($"the bucket {Scene.Bucket} is in the region {Home}"));
        Assert.Equal(1, arrived.Count(request => request.Host.Contains(region, StringComparison.Ordinal)));
        Assert.All(arrived.Skip(1), request => Assert.Contains(Home, request.Host, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithoutARegionTheBucketIsAskedForItFirst()
    {
        await using var server = await Start();
        await using var proxy = new TestProxy(server.Port, Authority);
        WriteBoth();
        var run = await Moves([.. At(null), "--proxy", proxy.Url], NoRegion, Scene.Bucket, server);
        Assert.Equal(1, run.Count($"is in the region {Home}"));
        Assert.Equal(S3Operation.HeadBucket, arrived.First().Operation);
        Assert.Equal(1, arrived.Count(request => !request.Host.Contains(Home, StringComparison.Ordinal)));
    }

    /// <summary>The accelerated host is of no region; there a wrong signature is answered 400, and not with the right region.</summary>
    [Fact]
    public async Task ARequestSignedForAnotherRegionIsSignedAnew()
    {
        await using var server = await Start();
        await using var proxy = new TestProxy(server.Port, Authority);
        WriteBoth();
        await Moves([.. At(null), "--region", "us-east-1", "--accelerate", "--proxy", proxy.Url], null, Scene.Bucket, server);
        Assert.Equal([$"{Scene.Bucket}.s3-accelerate.amazonaws.com:443"], proxy.Hosts);
        Assert.Equal(1, server.Count(S3Operation.HeadBucket));
    }

    [Fact]
    public async Task CheckVerifyAndRebuildFindItToo()
    {
        await using var server = await Start();
        await using var proxy = new TestProxy(server.Port, Authority);
        string[] way = ["--proxy", proxy.Url, "--ca-file", At(null)[^1]];
        Scene.Write("small.dat", 1000);
        await Moves([.. At(null), "--proxy", proxy.Url], NoRegion, Scene.Bucket, server);
        foreach (var region in (string[][])[["--region", "us-east-1"], []])
        {
            var check = Scene.StartWith(["check", .. At(null), "--proxy", proxy.Url, .. region], NoRegion);
            await Scene.AssertExit(check, 0);
            Assert.Contains($"s3://{Scene.Bucket} is in {Home}", check.Output);
            Assert.Single(server.Objects(Scene.Bucket));
            var verify = Scene.StartWith(["verify", "--read", "--ledger", Scene.Ledger, .. way, .. region], NoRegion);
            await Scene.AssertExit(verify, 0);
            Assert.Contains("1 good", verify.Output);
        }
        var rebuild = Scene.StartWith(["rebuild", .. At(null).Select(word => word == Scene.Ledger ? word + "2" : word), "--proxy", proxy.Url], NoRegion);
        await Scene.AssertExit(rebuild, 0);
        // Nobody was asked anything outside the proxy, and nobody else within.
        Assert.All(proxy.Hosts, host => Assert.Matches($@"^({Scene.Bucket}\.s3|s3|sts)\.(us-east-1|{Home})\.amazonaws\.com:443$", host));
    }

    /// <summary>What is signed with our credentials stays within the part of AWS they are of.</summary>
    [Fact]
    public async Task IntoAnotherPartitionItIsNotFollowed()
    {
        await using var server = await Start("cn-north-1");
        await using var proxy = new TestProxy(server.Port, Authority);
        Scene.Write("small.dat", 1000);
        var run = Scene.StartWith([.. At(null), "--region", "us-east-1", "--proxy", proxy.Url, "--once", "--patience", "0"]);
        await Scene.AssertExit(run, 2);
        Assert.DoesNotContain(proxy.Hosts, host => host.Contains("cn-north-1", StringComparison.Ordinal));
        Assert.Equal(["small.dat"], Scene.Files());
        Assert.Empty(server.Objects(Scene.Bucket));
    }

    static Dictionary<string, string?> NoRegion => new() { ["AWS_REGION"] = null };

    async Task<S3Server> Start(string region = Home)
    {
        var server = await S3Server.Start(new() { Region = region, IsRegional = true }, Scene.Bucket);
        server.Arrived += request => arrived.Enqueue((request.Operation, request.Header("host")!));
        return server;
    }
}
