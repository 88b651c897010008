using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Sync.Operation;
using S3Sync.Sync.Settings;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What the Tab key does, in a real bash; and what is said of a word that is not known.</summary>
public sealed class CompletionTests : OperatorTest
{
    static readonly Dictionary<string, string?> Nothing = [];

    /// <summary>What bash offers for the last of the words, by its own completion function.</summary>
    async Task<string[]> Offered(params string[] words)
    {
        var script = Path.Combine(Scene.Place, "completion.bash");
        await File.WriteAllTextAsync(script, Completion.Bash(), Cancel);
        var quoted = string.Join(' ', words.Select(word => $"'{word}'"));
        // compopt works only where the Tab key was pressed.
        await using var run = ProgramRun.Start("bash", Scene.Place, Nothing, "--norc", "-c",
            $"set -e; source {script}; compopt() {{ :; }}; COMP_WORDS=(s3sync {quoted}); COMP_CWORD={words.Length}; _s3sync; printf '%s\\n' \"${{COMPREPLY[@]}}\"");
        Assert.Equal(0, await run.Exit(TimeSpan.FromMinutes(1)));
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    [LinuxFact]
    public async Task BashIsOfferedCommandsOptionsTheirWordsAndFiles()
    {
        Needs.Check(PublishedExe.IsOnPath("bash") ? null : "there is no bash");
        File.WriteAllText(Path.Combine(Scene.Place, "one file"), "");
        Assert.Equal(["verify"], await Offered("ver"));
        Assert.Equal(CommandLine.Commands.Select(command => command.Name).Concat(OptionTable.All.Select(option => option.LongName)).Order(StringComparer.Ordinal), await Offered(""));
        Assert.Equal(["--log-file", "--log-file-size", "--log-files", "--log-format", "--log-level"], await Offered("--log-"));
        Assert.Equal(["--log-level"], await Offered("run", "--log-l"));
        Assert.Equal(["debug"], await Offered("--log-level", "de"));
        Assert.Equal(["debug"], await Offered("--log-level", "=", "de"));
        Assert.Equal(OptionTable.Checksum.Choices.Order(StringComparer.Ordinal), await Offered("--checksum", "="));
        Assert.Equal(["--subset"], await Offered("verify", "--sub"));
        Assert.Empty(await Offered("status", "--sub"));
        Assert.Equal(["nssm"], await Offered("service", "n"));
        Assert.Equal(["explain"], await Offered("help", "e"));
        Assert.Equal(["one file"], await Offered("explain", "on"));
        Assert.Equal(["one file"], await Offered("--ledger", "on"));
        Assert.Empty(await Offered("-w", "one"));
        Assert.Equal(["in"], await Offered("-w", "i"));
    }

    [LinuxFact]
    public async Task TheTabKeyCompletesInABashThatAPersonTypesInto()
    {
        Needs.Check(TerminalRun.Missing ?? (PublishedExe.IsOnPath("bash") ? null : "there is no bash"));
        await File.WriteAllTextAsync(Path.Combine(Scene.Place, "completion.bash"), await Ask(0, "completion", "bash"), Cancel);
        var sent = await TerminalRun.Of("exec bash --norc --noprofile -i", Scene.Place,
            "source completion.bash; s3sync() { printf '<%s>' \"$@\"; echo; }\ns3sync ver\t--sub\t 1/30 --log-lev\tde\t\nexit\n", Nothing, Cancel);
        Assert.Contains("<verify><--subset><1/30><--log-level><debug>", sent, StringComparison.Ordinal);
    }

    [Fact]
    public void PowerShellIsOfferedTheSameWords()
    {
        var script = Completion.PowerShell();
        Assert.All(OptionTable.All, option => Assert.Contains($"'{option.LongName}'", script, StringComparison.Ordinal));
        Assert.All(CommandLine.Commands, command => Assert.Contains($"'{command.Name}' = @(", script, StringComparison.Ordinal));
        Assert.Equal(script.Count(c => c == '{'), script.Count(c => c == '}'));
        Assert.Equal(script.Count(c => c == '('), script.Count(c => c == ')'));
    }

    [Theory]
    [InlineData("completion bsh", "did you mean bash?")]
    [InlineData("completion", "s3sync completion bash|powershell")]
    [InlineData("help verfy", "did you mean verify?")]
    [InlineData("service systmd", "did you mean systemd?")]
    [InlineData("service", "s3sync service nssm|task|systemd and the options of the run")]
    [InlineData("verfy", "did you mean verify?")]
    [InlineData("--log-fle x", "did you mean --log-file?")]
    [InlineData("--log-level debgu", "did you mean debug?")]
    public async Task AWordThatIsNotKnownGetsASuggestion(string line, string hint) =>
        Assert.Contains($"s3sync: hint: {hint}", await Ask(2, line.Split(' ')), StringComparison.Ordinal);

    [Fact]
    public async Task TheHelpOfTheRunHasAllOptions()
    {
        foreach (var line in (string[])["run --help", "help run"])
            Assert.Contains("--log-files N", await Ask(0, line.Split(' ')), StringComparison.Ordinal);
        Assert.DoesNotContain("--log-files N", await Ask(0, "--help"), StringComparison.Ordinal);
    }
}
