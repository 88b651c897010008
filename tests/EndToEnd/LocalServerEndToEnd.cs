using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>On the tests' own server, which can also be told to let an upload hang.</summary>
public sealed class LocalServerEndToEnd : EndToEndTests
{
    S3Server? server;

    [Fact]
    public async Task AnUploadThatHangsIsAbandonedAfterTheGracePeriodAndItsFileStays()
    {
        var run = await StartWithHangingUpload(grace: "0.5");
        run.Signal(ProgramRun.Interrupt);
        Assert.Equal(0, await run.Exit(TimeSpan.FromSeconds(60)));
        await AssertHangingFileStaysAndIsMovedLater();
    }

    [Fact]
    public async Task ASecondInterruptEndsItAtOnce()
    {
        var run = await StartWithHangingUpload(grace: "3600");
        run.Signal(ProgramRun.Interrupt);
        // Two signals of one kind that are pending at the same time are one: signal(7).
        await run.WaitForLine("stopping", Scene.Limit);
        run.Signal(ProgramRun.Interrupt);
        Assert.Equal(1, await run.Exit(TimeSpan.FromSeconds(60)));
        await AssertHangingFileStaysAndIsMovedLater();
    }

    private protected override async Task<string> Open()
    {
        server = await S3Server.Start();
        return server.Url;
    }

    private protected override ValueTask Close() => server?.DisposeAsync() ?? default;

    /// <summary>A watch that has moved one file and hangs in the upload of another.</summary>
    async Task<ProgramRun> StartWithHangingUpload(string grace)
    {
        var hang = server!.Faults.Add(Fault.Stall(Task.Delay(Timeout.Infinite, Cancel)).On(S3Operation.PutObject).Key(Scene.Key("hangs.dat")));
        Scene.Write("moves.dat", 1000);
        Scene.Write("hangs.dat", 1000);
        var run = Scene.Start("--grace", grace);
        await hang.Reached.WaitAsync(Scene.Limit, Cancel);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        return run;
    }

    async Task AssertHangingFileStaysAndIsMovedLater()
    {
        var judgement = await Scene.Judge();
        judgement.AssertSound();
        Assert.Equal((1, 1), (judgement.Left, judgement.InBucket));
        server!.Faults.Clear();
        await Scene.Drain();
        await Scene.AssertAllMoved();
    }
}
