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

/// <summary>
/// The published program uploads to AWS's own addresses of every kind, for all it knows: they are never resolved, the proxy between stands for all of them.
/// </summary>
public sealed class AwsEndpointTests : EndpointTest
{
    const string Point = "arn:aws:s3:us-west-2:111122223333:accesspoint/point";

    [Theory]
    [InlineData("bucket", "eu-central-1", "", "bucket.s3.eu-central-1.amazonaws.com", "bucket")]
    [InlineData("bucket", "eu-central-1", "--dual-stack", "bucket.s3.dualstack.eu-central-1.amazonaws.com", "bucket")]
    [InlineData("bucket", "us-east-2", "--fips", "bucket.s3-fips.us-east-2.amazonaws.com", "bucket")]
    [InlineData("bucket", "us-east-2", "--fips --dual-stack", "bucket.s3-fips.dualstack.us-east-2.amazonaws.com", "bucket")]
    [InlineData("bucket", "eu-central-1", "--accelerate", "bucket.s3-accelerate.amazonaws.com", "bucket")]
    [InlineData("bucket", "eu-central-1", "--accelerate --dual-stack", "bucket.s3-accelerate.dualstack.amazonaws.com", "bucket")]
    [InlineData("with.dots", "eu-central-1", "", "s3.eu-central-1.amazonaws.com", "with.dots")]
    [InlineData(Point, "eu-central-1", "", "point-111122223333.s3-accesspoint.us-west-2.amazonaws.com", "point-111122223333")]
    [InlineData(Point, "us-west-2", "--dual-stack", "point-111122223333.s3-accesspoint.dualstack.us-west-2.amazonaws.com", "point-111122223333")]
    [InlineData(Point, "us-west-2", "--fips", "point-111122223333.s3-accesspoint-fips.us-west-2.amazonaws.com", "point-111122223333")]
    [InlineData("point-abcdefgh12345-s3alias", "eu-central-1", "", "point-abcdefgh12345-s3alias.s3.eu-central-1.amazonaws.com", "point-abcdefgh12345-s3alias")]
    public async Task FilesGoToTheAddressThatIsAskedFor(string bucket, string region, string options, string host, string stored)
    {
        var signed = bucket == Point ? "us-west-2" : region;
        await using var server = await S3Server.Start(new() { Region = signed }, stored);
        await using var proxy = new TestProxy(server.Port, Authority);
        WriteBoth();
        await Moves([.. At(null, bucket), "--region", region, "--proxy", proxy.Url, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)], null, stored, server);
        Assert.Equal([$"{host}:443"], proxy.Hosts);
        Assert.All(proxy.Asked, asked => Assert.Equal(host, asked.Name));
        // Trusted as AWS is: nothing is tried first.
        Assert.Equal(1, server.Count(S3Operation.PutObject));
    }

    [Fact]
    public async Task WhatTheEnvironmentOfAwsAsksForHoldsToo()
    {
        await using var server = await S3Server.Start(new() { Region = "us-east-2" }, Scene.Bucket);
        await using var proxy = new TestProxy(server.Port, Authority);
        WriteBoth();
        await Moves([.. At(null), "--proxy", proxy.Url], new Dictionary<string, string?> { ["AWS_REGION"] = "us-east-2", ["AWS_USE_DUALSTACK_ENDPOINT"] = "true", ["AWS_USE_FIPS_ENDPOINT"] = "true" }, Scene.Bucket, server);
        Assert.Equal([$"{Scene.Bucket}.s3-fips.dualstack.us-east-2.amazonaws.com:443"], proxy.Hosts);
    }

    [Fact]
    public async Task CheckAsksTheSameAddresses()
    {
        await using var server = await S3Server.Start(null, Scene.Bucket);
        await using var proxy = new TestProxy(server.Port, Authority);
        var said = await Ask(0, ["check", .. At(null), "--region", "us-east-1", "--dual-stack", "--proxy", proxy.Url]);
        Assert.Contains("https://s3.dualstack.us-east-1.amazonaws.com/ answers", said);
        Assert.DoesNotContain("--compat", said);
        Assert.Equal([$"{Scene.Bucket}.s3.dualstack.us-east-1.amazonaws.com:443", "s3.dualstack.us-east-1.amazonaws.com:443", "sts.us-east-1.amazonaws.com:443"], proxy.Hosts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnotherServersBucketsStandInTheHostNameIfAskedFor(bool virtualHost)
    {
        await using var proxy = new TestProxy(Server.Port, Authority);
        WriteBoth();
        await Moves([.. At($"https://{Nowhere}:9000"), "--proxy", proxy.Url, .. virtualHost ? (string[])["--virtual-host"] : []]);
        Assert.Equal([virtualHost ? $"{Scene.Bucket}.{Nowhere}:9000" : $"{Nowhere}:9000"], proxy.Hosts);
    }

    [Theory]
    [InlineData("--endpoint https://s3.test.invalid --dual-stack", "--dual-stack chooses one of AWS's own addresses")]
    [InlineData("--endpoint https://s3.test.invalid --fips", "--fips chooses one of AWS's own addresses")]
    [InlineData("--endpoint https://s3.test.invalid --accelerate", "--accelerate chooses one of AWS's own addresses")]
    [InlineData("--fips --accelerate", "there is no accelerated endpoint with --fips")]
    [InlineData("-b with.dots --accelerate", "'with.dots' cannot be accelerated")]
    [InlineData("-b arn:aws:s3:us-west-2:111122223333:accesspoint/point --accelerate", "cannot be accelerated")]
    [InlineData("--virtual-host", "--virtual-host is for a server of one's own")]
    [InlineData("--virtual-host --endpoint https://10.0.0.1", "nothing can stand in front of the address 10.0.0.1")]
    [InlineData("-b arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap", "is a Multi-Region Access Point")]
    [InlineData("-b arn:aws:s3-object-lambda:us-west-2:111122223333:accesspoint/point", "is an access point of Object Lambda")]
    [InlineData("-b arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-1/accesspoint/point", "is on an Outpost")]
    [InlineData("-b arn:aws:s3:us-west-2:1111:accesspoint/point", "is not the ARN of an access point")]
    [InlineData("-b arn:aws:s3:::bucket", "is not the ARN of an access point")]
    [InlineData("-b arn:aws:s3", "is not whole")]
    [InlineData("-b arn:aws:s3:us-west-2:111122223333:accesspoint/point --endpoint https://s3.test.invalid", "is of AWS, but another server is named")]
    public async Task WhatCannotBeIsRefusedWithAHint(string options, string why)
    {
        var words = options.Split(' ');
        var said = await Ask(2, ["-w", Scene.Root, "--ledger", Scene.Ledger, "--region", "us-west-2", .. words, .. words.Contains("-b") ? [] : (string[])["-b", "bucket"]]);
        Assert.Contains(why, said);
        Assert.Contains("hint: ", said);
        Assert.False(File.Exists(Scene.Ledger));
    }
}
