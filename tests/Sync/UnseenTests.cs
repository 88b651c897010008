using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What a drain could not look into is not taken for empty.</summary>
public sealed class UnseenTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Windows does not let a directory go that another process works in, as the tests' host does.</summary>
    [LinuxFact]
    public async Task ADrainSaysThatARootWasOutOfReach()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Write("file", PipelineStand.Bytes(100));
        Directory.Move(stand.Root.Path, stand.Root.Path + ".away");
        Assert.Equal(new RunResult(null, 0, 0) { Unseen = 1 }, await stand.DrainAsync(Cancel));
        Directory.Move(stand.Root.Path + ".away", stand.Root.Path);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }
}
