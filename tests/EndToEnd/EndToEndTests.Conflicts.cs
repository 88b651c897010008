using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

public abstract partial class EndToEndTests
{
    [Fact]
    public async Task AKnownNameThatComesAgainIsLeftOnDiskAndTheBucketAsItIs()
    {
        for (var i = 0; i < 20; i++)
            Scene.Write($"{i}.dat", 1000);
        await Scene.Drain();
        for (var i = 0; i < 20; i += 2)
            File.WriteAllText(Scene.FullPath($"{i}.dat"), "another file of the same name");
        Scene.Write("new.dat", 1000);

        var run = await Scene.Drain();
        Assert.Equal(10, run.Count("names are not used twice"));
        Assert.Contains("10 left alone as their names were used before", run.Output);
        Assert.Equal(10, Scene.Files().Length);
        foreach (var file in Scene.Files())
        {
            Assert.Equal("another file of the same name", File.ReadAllText(Scene.FullPath(file)));
            File.Delete(Scene.FullPath(file));
        }
        // With the newcomers out of the way the oracle sees the first files only: all in the bucket, unchanged.
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task AKeyWithOtherContentParksTheFileAndNothingElse()
    {
        const int mine = 0;
        var (other, longer) = (Pattern.Bytes(Scene.Foreign, 1000), Pattern.Bytes(Scene.Foreign, 9_000_000));
        foreach (var (path, size) in ((string, long)[])[("same length.dat", 1000), ("other length.dat", 999), ("large.dat", 9_000_000)])
        {
            Pattern.WriteFile(Scene.FullPath(path), mine, size);
            await Scene.View.Put(Scene.Key(path), path == "large.dat" ? longer : other, Cancel);
        }
        for (var i = 0; i < 100; i++)
            Scene.Write($"{i}.dat", 1000);

        var run = await Scene.Drain(expected: 3);
        Assert.Equal(3, run.Count("conflict"));
        Assert.Contains("3 parked", run.Output);
        Assert.Equal(["large.dat", "other length.dat", "same length.dat"], Scene.Files().Order());
        Assert.True(Pattern.MatchesFile(Scene.FullPath("same length.dat"), mine, 1000));
        Assert.Equal(other, await Scene.View.Get(Scene.Key("same length.dat"), Cancel));
        Assert.Equal(other, await Scene.View.Get(Scene.Key("other length.dat"), Cancel));
        Assert.Equal(longer, await Scene.View.Get(Scene.Key("large.dat"), Cancel));
        Assert.Equal(100, LedgerView.Read(Scene.Ledger).Values.Count(row => row.Deleted is not null));
        // A parked file is parked for later runs too, and they say so with their exit code.
        await Scene.Drain(expected: 3);
        Assert.Equal(3, Scene.Files().Length);
    }

    [Fact]
    public async Task AKeyWithTheSameContentIsAdopted()
    {
        for (var i = 0; i < 20; i++)
        {
            Scene.Write($"{i}.dat", 1000 + i);
            await Scene.View.Put(Scene.Key($"{i}.dat"), File.ReadAllBytes(Scene.FullPath($"{i}.dat")), Cancel);
        }
        var run = await Scene.Drain();
        Assert.Contains("20 in the bucket already", run.Output);
        await Scene.AssertAllMoved();
    }
}
