using System.Linq;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Files whose names no key can express.</summary>
public sealed class UnnameableTests
{
    [Fact]
    public void EachIsSaidOnceAndCountedOnce()
    {
        var log = new CapturedLog();
        var unnameable = new Unnameable(log);
        for (var scan = 0; scan < 3; scan++)
        {
            unnameable.Saw(@"/in/a\uD800");
            unnameable.Saw(@"/in/b\uD800");
        }
        Assert.Equal(2, unnameable.Count);
        Assert.Equal([@"ignored /in/a\uD800: its name is not valid UTF-8", @"ignored /in/b\uD800: its name is not valid UTF-8"], log.Lines.Select(line => line.Text));
    }

    [Fact]
    public void BeyondALimitTheyAreNoLongerSaidOrRemembered()
    {
        var log = new CapturedLog();
        var unnameable = new Unnameable(log);
        for (var i = 0; i < 11_000; i++)
            unnameable.Saw($"{i}");
        Assert.Equal((10_000, 10_000), (unnameable.Count, log.Lines.Length));
    }

    [Fact]
    public void SeveralThreadsMaySeeTheSameOnes()
    {
        var log = new CapturedLog();
        var unnameable = new Unnameable(log);
        Parallel.For(0, 4000, i => unnameable.Saw($"{i % 100}"));
        Assert.Equal((100, 100), (unnameable.Count, log.Lines.Length));
    }
}
