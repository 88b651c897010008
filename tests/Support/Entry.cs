using System;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.Crashes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace S3Sync.Tests.Support;

/// <summary>The test executable's first word says what it is: "server", "demo", "producer", "self-test", "soak", or nothing, for the tests.</summary>
static class Entry
{
    static async Task<int> Main(string[] args)
    {
        InterruptSignal.Restore();
        // The SDK looks for the metadata service of a cloud machine before it gives up on credentials: seconds, and not loopback.
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        return args switch
        {
            ["server", .. var rest] => await ServerCommand.Run(rest),
            ["producer", .. var rest] => await Producer.RunAsync(rest),
            ["demo", .. var rest] => await Demo.RunAsync(rest),
            ["self-test", .. var rest] => await SelfTest.RunAsync(rest),
            ["soak", .. var rest] => await Soak.RunAsync(rest),
            // dotnet test and the IDEs speak the testing platform's protocol; everybody else gets xunit's own console.
            _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
                await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
            _ => await ConsoleRunner.Run(args),
        };
    }
}
