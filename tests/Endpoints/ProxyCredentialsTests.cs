using System;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Tests.Credentials;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>Who gives credentials is asked through the proxy, too.</summary>
public sealed class ProxyCredentialsTests : CredentialsTest
{
    [Fact]
    public async Task ARoleIsAssumedThroughIt()
    {
        await using var proxy = new TestProxy(new Uri(StandIn.Url).Port);
        var token = Path.Combine(Scene.Place, "token");
        await File.WriteAllTextAsync(token, StandIn.IdentityToken + "\n", Cancel);
        (Environment["AWS_WEB_IDENTITY_TOKEN_FILE"], Environment["AWS_ROLE_ARN"]) = (token, StandIn.Role);
        (Environment["AWS_ENDPOINT_URL_STS"], Environment["S3SYNC_PROXY"]) = ("http://sts.test.invalid", proxy.Url);
        await Move(null, "--allow-http");
        Assert.StartsWith("http://sts.test.invalid/", Assert.Single(proxy.Asked).Target, StringComparison.Ordinal);
    }
}
