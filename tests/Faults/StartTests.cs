using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>Invariant 3 in the instants in which a run begins.</summary>
public sealed class StartTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFileThatArrivesInAnyInstantOfTheStartIsFound()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Write("sub/first", PipelineStand.Bytes(8));
        for (var i = 0; i < 30; i++)
        {
            await using var running = stand.Run();
            if (i % 3 != 0)
                await Eventually.True(() => stand.Log.Count("watching") > i, stand.Log.ToString, Cancel);
            stand.Write($"sub/{i}", PipelineStand.Bytes(100, i));
            await Eventually.True(() => !File.Exists(stand.Root.FullPath($"sub/{i}")), () => $"{i}: {stand.Log}", Cancel);
        }
        stand.Oracle.Check();
    }
}
