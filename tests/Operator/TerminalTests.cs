using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Sync.Operation;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What a person sees of each command in a terminal of 80 columns, and what a program gets in a pipe.</summary>
public sealed class TerminalTests : OperatorTest
{
    string Exe => Environment.GetEnvironmentVariable("TESTS_EXE") ?? PublishedExe.Executable;

    static Dictionary<string, string?> Identity => new()
    {
        ["AWS_ACCESS_KEY_ID"] = TestCredentials.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = TestCredentials.SecretKey,
        ["AWS_REGION"] = TestCredentials.Region,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    [LinuxFact]
    public async Task NoCommandIsWiderThanTheTerminalUnlessAPathIs()
    {
        Needs.Check(TerminalRun.Missing);
        for (var i = 0; i < 200; i++)
            Scene.Write($"{i}.dat", 20_000);
        await Scene.Drain();
        await SeeAsync("status " + string.Join(' ', AtLedger), "200 uploaded");
        await Scene.View.Put(Scene.Key("taken.dat"), [1, 2, 3], Cancel);
        Scene.Write("taken.dat", 1000);
        await Scene.Drain(expected: 3);
        foreach (var key in (string[])["1.dat", "2.dat"])
            await new SignedRequest(Scene.Url, "DELETE", Scene.Bucket, Scene.Key(key)).Send(Cancel);
        var ledger = string.Join(' ', AtLedger);
        foreach (var (command, expected) in (IEnumerable<(string, string)>)
        [
            ("status " + ledger, "conflict: the key exists"),
            ("check " + string.Join(' ', Scene.Arguments), "lifecycle"),
            ($"explain {Scene.FullPath("taken.dat")} {ledger}", "compare it with the object"),
            ($"explain {Scene.FullPath("1.dat")} {ledger}", "receipt"),
            ("list --parked " + ledger, "conflict"),
            ("report " + ledger, "uploaded"),
            ($"verify --endpoint {Scene.Url} {ledger}", "198 good"),
        ])
            await SeeAsync(command, expected);
    }

    async Task SeeAsync(string command, string expected)
    {
        var rows = TerminalRun.Seen(await TerminalRun.Of($"exec {Exe} {command}", Scene.Place, "", Identity, Cancel));
        Assert.Contains(expected, string.Join(' ', rows.Select(row => row.Trim())));
        Assert.All(rows, row => Assert.True(row.Length <= TerminalRun.Columns || IsForced(row), $"{command}: {row.Length} columns: {row}"));
    }

    [Fact]
    public async Task InAPipeEachCheckIsOneLine()
    {
        var said = await Ask(0, ["check", "--no-write", .. Scene.Arguments]);
        Assert.Contains(said.Split('\n'), line => line.Length > TerminalRun.Columns);
        Assert.All(said.Split('\n').SkipLast(1), line => Assert.Matches("^(ok  |warning|failed| +hint: )", line));
    }

    /// <summary>A path or an address cannot be folded: a row of nothing else may be as long as that is.</summary>
    static bool IsForced(string row) => row.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: <= 2 } words && words.Any(word => word.Contains('/'));

    [Theory]
    [InlineData("short", 4, 10, "short")]
    [InlineData("ten chars.", 4, 10, "ten chars.")]
    [InlineData("ok  one two three", 4, 12, "ok  one two|    three")]
    [InlineData("ok  one two three four", 4, 11, "ok  one two|    three|    four")]
    [InlineData("ok  /a/path/that/is/long/and whole", 4, 12, "ok  /a/path/that/is/long/and|    whole")]
    [InlineData("ok  before /a/path/that/is/long", 4, 12, "ok  before|    /a/path/that/is/long")]
    [InlineData("two  blanks", 2, 5, "two|  blanks")]
    [InlineData("", 4, 10, "")]
    public void LinesAreFoldedBetweenWords(string line, int indent, int width, string expected) =>
        Assert.Equal(expected.Replace("|", Environment.NewLine), Fold.Line(line, indent, width));
}
