using System;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>Whom the client is told to speak to.</summary>
public sealed class BucketCredentialsTests
{
    const string Variable = "AWS_ENDPOINT_URL_S3";

    [Fact]
    public void AnEndpointOnlyTheSdkKnowsOfIsRefusedAsItWouldBeTrustedLikeAws()
    {
        var before = Environment.GetEnvironmentVariable(Variable);
        // Nothing else in these tests makes a client without an endpoint of its own.
        Environment.SetEnvironmentVariable(Variable, "http://127.0.0.1:9");
        try
        {
            Assert.Null(BucketCredentials.Configure(new(null, IsAws: true, "us-east-1", ChecksumKind.Crc64Nvme, 1), out var problem));
            Assert.Contains("http://127.0.0.1:9", problem?.What);
            Assert.Contains("--endpoint http://127.0.0.1:9", problem?.Hint);
            Assert.NotNull(BucketCredentials.Configure(new(new("http://127.0.0.1:8"), IsAws: false, null, ChecksumKind.Md5, 1), out problem));
            Assert.Null(problem);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    [Fact]
    public void WithoutAnEndpointItIsAwsInTheRegion()
    {
        var config = BucketCredentials.Configure(new(null, IsAws: true, "eu-central-1", ChecksumKind.Crc64Nvme, 1), out var problem);
        Assert.Null(problem);
        Assert.Equal("eu-central-1", config!.RegionEndpoint.SystemName);
    }
}
