using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>
/// A volume that does not answer, for each kind of call and for all: the others' files are found, uploaded and deleted meanwhile, the run can be stopped, and
/// nothing is lost when it answers again (invariants 3 and 8).
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class HangingVolumeTests
{
    const int Few = 40, Many = 400;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public static TheoryData<string> Calls => [.. Enum.GetNames<Hanging>().Where(name => name != nameof(Hanging.Nothing))];

    [Theory, MemberData(nameof(Calls))]
    public async Task TheOthersGoOnAndNothingIsLost(string call)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the disk that hangs is made of Linux's");
        await using var stand = await PipelineStand.Start(isAws: true);
        var hung = stand.AddRoot("hung");
        using var disk = new HangingDisk(hung.Path);
        await using (var running = stand.Run(Rules, disk: disk))
        {
            stand.Write("first", PipelineStand.Bytes(10));
            stand.Write("first", PipelineStand.Bytes(10), hung);
            await GoneAsync(stand, stand.Root);
            await GoneAsync(stand, hung);
            disk.Hang(Enum.Parse<Hanging>(call));
            Directory.CreateDirectory(hung.FullPath("empty"));
            for (var i = 0; i < Few; i++)
                stand.Write($"h{i}", PipelineStand.Bytes(i == 0 ? 3 * PipelineStand.PartSize : 100 + i, i), hung);
            await Eventually.True(() => disk.Waiting > 0, stand.Log.ToString, Cancel);
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < Many; i++)
                stand.Write($"new/{i % 7}/f{i}", PipelineStand.Bytes(i % 100 == 0 ? 3 * PipelineStand.PartSize : 200, i));
            await GoneAsync(stand, stand.Root);
            Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 30);
            Assert.True(disk.Waiting > 0, "it answered meanwhile");
            disk.Hang(Hanging.Nothing);
            await GoneAsync(stand, hung);
            Assert.Null((await running.StopAsync()).Fault);
        }
        Assert.Equal(0, stand.Oracle.Check().OnDisk);
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task AStopWaitsForNoDisk(string call)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the disk that hangs is made of Linux's");
        await using var stand = await PipelineStand.Start(isAws: true);
        var hung = stand.AddRoot("hung");
        using (var disk = new HangingDisk(hung.Path))
        {
            await using var running = stand.Run(Rules, disk: disk);
            stand.Write("first", PipelineStand.Bytes(10), hung);
            await GoneAsync(stand, hung);
            disk.Hang(Enum.Parse<Hanging>(call));
            Directory.CreateDirectory(hung.FullPath("empty"));
            for (var i = 0; i < Few; i++)
                stand.Write($"h{i}", PipelineStand.Bytes(100 + i, i), hung);
            await Eventually.True(() => disk.Waiting > 0, stand.Log.ToString, Cancel);
            var begun = Stopwatch.GetTimestamp();
            Assert.Null((await running.StopAsync()).Fault);
            Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, Grace.TotalSeconds + 1);
        }
        // What was left behind is the next run's.
        Assert.Equal((null, 0), await stand.DrainAsync(Cancel) is var result ? (result.Fault, result.Pending) : default);
        Assert.Equal(0, stand.Oracle.Check().OnDisk);
    }

    [Fact]
    public async Task ARunBeginsWithoutAVolumeThatDoesNotAnswer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the disk that hangs is made of Linux's");
        await using var stand = await PipelineStand.Start(isAws: true);
        var hung = stand.AddRoot("hung");
        using var disk = new HangingDisk(hung.Path);
        disk.Hang(Hanging.Everything);
        for (var i = 0; i < Few; i++)
        {
            stand.Write($"h{i}", PipelineStand.Bytes(100 + i, i), hung);
            stand.Write($"o{i}", PipelineStand.Bytes(100 + i, i));
        }
        await using (var running = stand.Run(Rules, disk: disk))
        {
            await GoneAsync(stand, stand.Root);
            Assert.Equal(Few, Directory.GetFiles(hung.Path).Length);
            await Eventually.True(() => stand.Log.Count("has not answered for") == 1, stand.Log.ToString, Cancel);
            disk.Hang(Hanging.Nothing);
            await GoneAsync(stand, hung);
            await Eventually.True(() => stand.Log.Count("answers again") == 1, stand.Log.ToString, Cancel);
            Assert.Null((await running.StopAsync()).Fault);
        }
        Assert.Equal(0, stand.Oracle.Check().OnDisk);
    }

    [Fact]
    public async Task ARunThatIsToEndEndsWithoutAVolumeThatDoesNotAnswer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the disk that hangs is made of Linux's");
        await using var stand = await PipelineStand.Start(isAws: true);
        var hung = stand.AddRoot("hung");
        using var disk = new HangingDisk(hung.Path);
        disk.Hang(Hanging.Open);
        stand.Write("a", PipelineStand.Bytes(100), hung);
        stand.Write("a", PipelineStand.Bytes(100));
        await using var running = stand.Run(rules => Rules(rules) with { Once = true, Patience = TimeSpan.FromSeconds(12) }, disk: disk);
        var result = await running.Ended.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Contains("has not answered for", Assert.IsType<TimeoutException>(result.Fault).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(stand.Root.Path));
        Assert.Equal(1, result.Pending);
    }

    static PipelineRules Rules(PipelineRules rules) => rules with { Rescan = TimeSpan.FromSeconds(1), Grace = Grace, RemoveEmpty = true };

    static Task GoneAsync(PipelineStand stand, Root root) =>
        Eventually.True(() => Directory.GetFiles(root.Path, "*", SearchOption.AllDirectories).Length == 0, () => $"{string.Join(", ", Directory.GetFiles(root.Path, "*", SearchOption.AllDirectories).Take(5))}\n{stand.Log}", Cancel);
}
