using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Crashes;

/// <summary>The share of the self-test and the soak that every run of the tests does. More: see the README.</summary>
public sealed class KillTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task KilledAHundredTimesAtRandomInstantsNothingIsLostOnTheLocalServer(int seed)
    {
        var exe = await Needs.PublishedExe();
        await using var server = await S3Server.Start();
        await Run(exe.Path, server.Url, "kills", seed, kills: 100);
    }

    [Fact]
    public async Task KilledTwentyTimesAtRandomInstantsNothingIsLostOnRadosGateway()
    {
        var exe = await Needs.PublishedExe();
        await Run(exe.Path, (await Needs.RadosGateway()).Url, "kills", seed: 3, kills: 20);
    }

    [Fact]
    public async Task AQuarterOfAMinuteOfTheSoakLosesNothing()
    {
        var exe = await Needs.PublishedExe();
        using var said = new StringWriter();
        var code = await new Soak(new() { Minutes = 0.25, Seed = 4, Executable = exe.Path }, said).RunAsync(Cancel);
        Assert.True(code == 0, said.ToString());
    }

    static async Task Run(string executable, string url, string bucket, int seed, int kills)
    {
        using var target = Target.Local(url, bucket, $"random/{seed}/");
        await target.CreateBucket(Cancel);
        var result = await new KillRound(new(executable, url, new Dictionary<string, string?>()), target, seed).Run(kills, Cancel);
        Assert.True(result.Violations.Count == 0, $"seed {seed}: {string.Join('\n', result.Violations.Take(20))}");
        Assert.Equal((kills, result.Files), (result.Moments.Count, result.Proven));
        // Else it was killed while there was nothing to do.
        Assert.InRange(result.Moments.Count(moment => moment.Waiting + moment.ToDelete > 0), kills / 2, kills);
        Assert.Empty(await target.List(Cancel));
    }
}
