using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using S3Sync.Sync.Operation;
using S3Sync.Sync.Settings;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What the Tab key does in a real PowerShell, by the function it is bound to there. Without PowerShell's modules there are no files to be offered.</summary>
public sealed class PowerShellTests : IDisposable
{
    readonly PowerShell shell = PowerShell.Create(InitialSessionState.CreateDefault2());

    public PowerShellTests()
    {
        shell.AddScript(Completion.PowerShell()).Invoke();
        Assert.Empty(shell.Streams.Error);
    }

    public void Dispose() => shell.Dispose();

    [Theory]
    [InlineData("s3sync ver", "verify")]
    [InlineData("s3sync.exe ver", "verify")]
    [InlineData("s3sync --log-", "--log-level --log-format --log-file --log-file-size --log-files")]
    [InlineData("s3sync run --log-l", "--log-level")]
    [InlineData("s3sync --log-level de", "debug")]
    [InlineData("s3sync --log-level=de", "--log-level=debug")]
    [InlineData("s3sync --checksum ", "auto crc64nvme crc32c crc32 md5")]
    [InlineData("s3sync verify --sub", "--subset")]
    [InlineData("s3sync status --sub", "")]
    [InlineData("s3sync service n", "nssm")]
    [InlineData("s3sync help e", "explain")]
    [InlineData("s3sync -u ", "")]
    [InlineData("s3sync --ledger ", "")]
    [InlineData("s3sync check -w 'a directory' --no-w", "--no-write")]
    public void CommandsOptionsAndTheirWordsAreOffered(string line, string expected) => Assert.Equal(expected, string.Join(' ', Offered(line)));

    [Fact]
    public void EveryCommandAndOptionIsOfferedToAnEmptyLine() =>
        Assert.Equal(CommandLine.Commands.Select(command => command.Name).Concat(OptionTable.All.Select(option => option.LongName)), Offered("s3sync "));

    IEnumerable<string> Offered(string line)
    {
        shell.Commands.Clear();
        shell.AddCommand("TabExpansion2").AddParameter("inputScript", line).AddParameter("cursorColumn", line.Length);
        var offered = shell.Invoke<CommandCompletion>().Single().CompletionMatches.Select(match => match.CompletionText).ToArray();
        Assert.Empty(shell.Streams.Error);
        return offered;
    }
}
