using System;
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

    /// <summary>Half a minute on two idle processors.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);


    [Fact]
    public async Task TheUnitAndIntegrationTestsPassAsWindowsCode()
    {
        await Needs.Wine();
        var tests = await WineExe.Tests;
        var place = Directory.CreateDirectory(Path.Combine(Repository.Directory, "artifacts", "win-home")).FullName;
        // What is left out has its own processes (EndToEnd, Windows), tests the tests' own server (Conformance) or reads the sources (TidyTests).
        await using var run = ProgramRun.Start("wine", place, WineExe.Environment,
            [tests, "-noColor", "-class", "S3Sync.Tests.Sync.*", "-class", "S3Sync.Tests.Storage.*"]);
        await run.Exit(Limit);
        var summary = Summary().Match(run.Output);
        Assert.True(summary.Success, $"no summary:\n{run.Output}");
        var numbers = summary.Groups.Cast<Group>().Skip(1).Select(group => int.Parse(group.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(numbers[1..] is [0, 0, 0, 0], run.Output);
        Assert.InRange(numbers[0], Fewest, int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine(summary.Value);
    }

    [GeneratedRegex(@"Total: (\d+), Errors: (\d+), Failed: (\d+), Skipped: (\d+), Not Run: (\d+)")]
    private static partial Regex Summary();
}
