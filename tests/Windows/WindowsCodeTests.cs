using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Windows;

/// <summary>The unit and integration tests once more, as Windows code in Wine.</summary>
public sealed partial class WindowsCodeTests
{
    /// <summary>Fewer would mean that the filters below, or a namespace, are not what they were.</summary>
    const int Fewest = 400;

    /// <summary>
    /// The runtime that compiles while it runs (not the native executable) now and then ends under Wine 8 with "SuspendThread failed with error 5",
    /// and then hangs. That says nothing of our code, so it is run again.
    /// </summary>
    const string WineAndRuntime = "Fatal error.";
    const int MostRuns = 4;

    /// <summary>Four minutes on two idle processors.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task TheUnitAndIntegrationTestsPassAsWindowsCode()
    {
        await Needs.Wine();
        var tests = await WineExe.Tests;
        var output = await Run(tests);
        var summary = Summary().Match(output);
        Assert.True(summary.Success, $"no summary:\n{output}");
        var numbers = summary.Groups.Cast<Group>().Skip(1).Select(group => int.Parse(group.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(numbers[1..] is [0, 0, 0, 0], output);
        Assert.InRange(numbers[0], Fewest, int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine(summary.Value);
    }

    static async Task<string> Run(string tests)
    {
        var place = Directory.CreateDirectory(Path.Combine(Repository.Directory, "artifacts", "win-home")).FullName;
        await using var links = new LinkMaker();
        var environment = new Dictionary<string, string?>(WineExe.TestsEnvironment) { [LinkMaker.Variable] = links.Port };
        for (var attempt = 1; ; attempt++)
        {
            // What is left out has its own processes (EndToEnd, Windows), tests the tests' own server (Conformance) or reads the sources (TidyTests).
            await using var run = ProgramRun.Start("wine", place, environment,
                [tests, "-noColor", "-class", "S3Sync.Tests.Sync.*", "-class", "S3Sync.Tests.Storage.*"]);
            if (await run.Says(WineAndRuntime, Limit) && attempt < MostRuns)
                continue;
            await run.Exit(TimeSpan.FromSeconds(10));
            return run.Output;
        }
    }

    [GeneratedRegex(@"Total: (\d+), Errors: (\d+), Failed: (\d+), Skipped: (\d+), Not Run: (\d+)")]
    private static partial Regex Summary();
}
