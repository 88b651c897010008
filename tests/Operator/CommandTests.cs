using System;
using System.Linq;
using S3Sync.Sync.Operation;
using S3Sync.Sync.Settings;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>How commands are written, and what is said where one is not.</summary>
public sealed class CommandTests
{
    static readonly CommandText Some = new("some", "PATH", "does something")
    {
        Words = [new("--json", "", "as JSON"), new("--since", "DATE", "only later ones")],
        Detail = "Detail.",
        Examples = [],
    };

    [Theory]
    [InlineData("a", "a", "", "")]
    [InlineData("a --json", "a", "", "--json")]
    [InlineData("--json a", "a", "", "--json")]
    [InlineData("--ledger l a", "a", "--ledger l", "")]
    [InlineData("--ledger=l a", "a", "--ledger=l", "")]
    [InlineData("a -w x y --json", "a", "-w x y", "--json")]
    [InlineData("--since 2026-01-01 a", "a", "", "--since")]
    [InlineData("--since=2026-01-01 a", "a", "", "--since")]
    [InlineData("--keep a", "a", "--keep", "")]
    [InlineData("-u 3 a", "a", "-u 3", "")]
    [InlineData("-u3 a", "a", "-u3", "")]
    [InlineData("-- -a", "-a", "", "")]
    public void ALineIsTakenApart(string line, string operands, string rest, string words)
    {
        var asked = Asked.Read(Some, line.Split(' '), []);
        Assert.Equal(operands, string.Join(' ', asked.Operands));
        Assert.Equal(rest, string.Join(' ', asked.Rest));
        Assert.Equal(words, string.Join(' ', Some.Words.Select(word => word.Name).Where(asked.Has)));
        if (asked.Has("--since"))
            Assert.Equal("2026-01-01", asked["--since"]);
    }

    [Theory]
    [InlineData("a --jsno", "did you mean --json?")]
    [InlineData("a --ledgr x", "did you mean --ledger?")]
    [InlineData("a --zzzzzz", "s3sync some --help lists the options")]
    [InlineData("a b", "s3sync some --help says what is expected")]
    [InlineData("--json", "s3sync some PATH")]
    [InlineData("a --since", "give it one: --since DATE")]
    [InlineData("a --json=1", "give its name alone")]
    public void WhatIsWrongWithALineIsSaidWithAHint(string line, string hint)
    {
        System.Collections.Generic.List<S3Sync.Sync.Problem> problems = [];
        Asked.Read(Some, line.Split(' '), problems);
        Assert.Equal(hint, problems[0].Hint);
    }

    [Fact]
    public void AWordThatIsNoCommandGetsASuggestion()
    {
        foreach (var (text, _) in Commands.All)
        {
            System.Collections.Generic.List<S3Sync.Sync.Problem> problems = [];
            CommandLine.Read([text.Name[..^1]], problems, out _);
            Assert.Contains(problems, problem => problem.Hint == $"did you mean {text.Name}?");
        }
    }

    [Fact]
    public void EveryCommandHasHelpThatFitsTheScreen() =>
        Assert.All(Commands.All, command =>
        {
            var lines = CommandHelp.Of(command.Text).TrimEnd('\n').Split('\n');
            Assert.True(lines.Length <= 40, $"{command.Text.Name}: {lines.Length} lines");
            Assert.All(lines, line => Assert.True(line.Length <= 100 && !line.Contains('\r'), $"{line.Length}: {line}"));
            Assert.InRange(command.Text.Summary.Length, 1, 50);
            Assert.NotEmpty(command.Text.Examples);
            Assert.Contains(command.Text.Name, Usage.Text(), StringComparison.Ordinal);
        });

    [Fact]
    public void TheReadmeHasAChapterOnEveryCommand()
    {
        Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");
        var readme = Repository.Read("README.md");
        Assert.All(Commands.All, command => Assert.Contains($"`s3sync {command.Text.Name}", readme, StringComparison.Ordinal));
    }
}
