using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync check</c> on Ceph's RADOS gateway: a server that nobody wrote for these tests.</summary>
public sealed class CheckRadosGatewayTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ItsRulesForAbandonedUploadsAreRead()
    {
        await using var scene = await Scene.Open(Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path, (await Needs.RadosGateway()).Url);
        Assert.Contains("warning  lifecycle", await Check(scene));
        await scene.View.SetRules(CheckAccountTests.Rule("in/", 5), Cancel);
        Assert.Contains("removed after 5 days (rule tidy)", await Check(scene));
        await scene.View.SetRules(CheckAccountTests.Rule("out/", 5), Cancel);
        Assert.Contains("warning  lifecycle", await Check(scene));
    }

    static async Task<string> Check(Scene scene)
    {
        var run = scene.StartWith(["check", .. scene.Arguments]);
        await Scene.AssertExit(run, 0);
        return run.Output;
    }
}
