using System.Collections.Generic;
using System.Threading.Tasks;
using S3Sync.Sync.Voice;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Windows;

/// <summary>The Event Log, as far as Wine has one: it says on standard error what it is told, by type.</summary>
public sealed partial class WineTests
{
    [Fact]
    public async Task ChangesOfStateGoToTheEventLogOnceTheSourceIsRegistered()
    {
        scene.Write("1.dat", 10);
        var silent = await DrainSayingEvents();
        Assert.Equal(0, silent.Count("ReportEvent"));
        await Registry("add", "/v", "EventMessageFile", "/d", @"C:\windows\system32\EventCreate.exe", "/f");
        try
        {
            scene.Write("2.dat", 10);
            var said = await DrainSayingEvents("--log-level", "error");
            Assert.True(said.Count("trace:eventlog:") > 0 && said.Count("s3sync 0.") == 1 && said.Count("1 deleted, 0 left") == 1, said.Output);
            Assert.Equal(0, said.Count("uploaded and deleted"));
        }
        finally
        {
            await Registry("delete", "/f");
        }
        await scene.AssertAllMoved();
    }

    async Task<ProgramRun> DrainSayingEvents(params string[] more)
    {
        var run = scene.StartWith([.. scene.Arguments, "--once", .. more], new Dictionary<string, string?> { ["WINEDEBUG"] = "-all,trace+eventlog,warn+eventlog,err+eventlog" });
        await Scene.AssertExit(run, 0);
        return run;
    }

    async Task Registry(string verb, params string[] more)
    {
        await using var run = ProgramRun.Start("wine", scene.Place, WineExe.Environment, ["reg", verb, @"HKLM\" + StateChanges.Key, .. more]);
        Assert.Equal(0, await run.Exit(Scene.Limit));
    }
}
