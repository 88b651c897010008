using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Xml.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Ready-made ways to run unattended: taken apart again as the system that reads them does.</summary>
public sealed class ServiceRecipeTests
{
    static readonly XNamespace Schema = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    /// <summary>Arguments made of what quoting may get wrong.</summary>
    static Gen<string[]> Arguments(string characters) => Gen.Char[characters].Array[0, 8].Select(chars => new string(chars)).Array[0, 5];

    static string Recipe(string kind, string[] arguments, string executable = @"C:\Program Files\s3sync.exe", string state = @"D:\state of it\", double stop = 2.2) =>
        new ServiceRecipe(executable, arguments, state, stop).Of(kind);

    [Fact]
    public void EveryKindThereIsHasItsOwnRecipe() =>
        Assert.Equal(ServiceRecipe.Kinds.Length, ServiceRecipe.Kinds.Select(kind => Recipe(kind, ["run"])).Distinct().Count());

    [Fact]
    public void TheTaskRunsOnceWithoutATimeLimitAtNormalPriorityFromTheStartOfTheMachine()
    {
        var settings = XDocument.Parse(Recipe("task", ["run"])).Root!.Element(Schema + "Settings")!;
        Assert.Equal("IgnoreNew", settings.Element(Schema + "MultipleInstancesPolicy")!.Value);
        Assert.Equal("PT0S", settings.Element(Schema + "ExecutionTimeLimit")!.Value);
        Assert.Equal("5", settings.Element(Schema + "Priority")!.Value);
        Assert.Equal("PT1M", settings.Element(Schema + "RestartOnFailure")!.Element(Schema + "Interval")!.Value);
        Assert.Single(settings.Parent!.Element(Schema + "Triggers")!.Elements(Schema + "BootTrigger"));
    }

    [Fact]
    public void TheTaskGetsItsArgumentsAsTheyAre() =>
        Arguments("a\\\\\"\" \t&<>'ä語%$^").Sample(arguments =>
        {
            var recipe = Recipe("task", arguments, @"C:\R&D <1>\s3sync.exe", @"C:\R&D\");
            // In any code page the same, and nothing is said of one.
            Assert.True(Ascii.IsValid(recipe));
            Assert.DoesNotContain("encoding", recipe);
            var action = XDocument.Parse(recipe).Descendants(Schema + "Exec").Single();
            Assert.Equal(@"C:\R&D <1>\s3sync.exe", action.Element(Schema + "Command")!.Value);
            Assert.Equal(@"C:\R&D\", action.Element(Schema + "WorkingDirectory")!.Value);
            Assert.Equal(arguments, Argv(action.Element(Schema + "Arguments")!.Value));
        });

    [Fact]
    public void NssmGetsItsArgumentsAsTheyAreFromThePromptOn() =>
        Gen.Select(Arguments("a\\\\\"\" \t&|<>()^%!ä"), Arguments("a\\ &^%()")).Sample((arguments, folders) =>
        {
            var state = @"C:\" + string.Join('\\', folders);
            var commands = Nssm(Recipe("nssm", arguments, @"C:\R&D\a b\s3sync.exe", state));
            Assert.Equal(["nssm", "install", "s3sync", @"C:\R&D\a b\s3sync.exe"], commands[0]);
            Assert.Equal(arguments, Argv(Set(commands, "AppParameters")));
            Assert.Equal(state, Set(commands, "AppDirectory"));
        });

    [Fact]
    public void NssmStopsByCtrlCWithTimeEnoughAndDoesNotRestartOnWrongSettings()
    {
        var text = Recipe("nssm", ["run"], stop: 2.2004);
        Assert.Contains("\r\nnssm set s3sync AppExit Default Restart\r\n", text, StringComparison.Ordinal);
        Assert.Contains($"\r\nnssm set s3sync AppExit {Exit.BadSettings} Exit\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nnssm set s3sync AppStopMethodConsole 2201\r\n", text, StringComparison.Ordinal);
        Assert.All(text.Split("\r\n"), line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void SystemdGivesTheRightToTellWhetherOtherUsersFilesAreBeingWritten() =>
        Assert.Equal("CAP_LEASE", Systemd(Recipe("systemd", ["run"]), "AmbientCapabilities"));

    [Fact]
    public void SystemdGetsItsArgumentsAsTheyAre() =>
        Gen.Select(Arguments("a\\\\\"' \t\n;%$#ä{}"), Arguments("a\\\"' ;%$")).Sample((arguments, folders) =>
        {
            var executable = "/" + string.Join('/', folders) + "/s3sync";
            var start = Systemd(Recipe("systemd", arguments, executable), "ExecStart");
            var words = Words(start);
            // Variables are replaced in the arguments only: systemd.service(5).
            Assert.Equal([executable, .. arguments], words.Select((word, i) => i == 0 ? word.Replace("%%", "%") : word.Replace("%%", "%").Replace("$$", "$")));
        });

    [Fact]
    public void SystemdStopsWithTimeEnoughRestartsAndDoesNotRestartOnWrongSettings()
    {
        var unit = Recipe("systemd", ["run"], stop: 11.5);
        Assert.Equal("12", Systemd(unit, "TimeoutStopSec"));
        Assert.Equal("always", Systemd(unit, "Restart"));
        Assert.Equal(("notify", "300", "infinity"), (Systemd(unit, "Type"), Systemd(unit, "WatchdogSec"), Systemd(unit, "TimeoutStartSec")));
        Assert.Equal($"{Exit.BadSettings}", Systemd(unit, "RestartPreventExitStatus"));
        Assert.DoesNotContain('\r', unit);
    }

    static string Systemd(string unit, string name) => unit.Split('\n').Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    static List<string[]> Nssm(string text) => [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("nssm ", StringComparison.Ordinal)).Select(line => Argv(Prompt(line)))];

    static string Set(List<string[]> commands, string name) => Assert.Single(commands, command => command is ["nssm", "set", "s3sync", var set, _] && set == name)[4];

    /// <summary>
    /// What the command prompt makes of a line: ^ takes the meaning from the next character outside quotation marks. Fails where
    /// a character is left with a meaning: there the line would end, or a file be written.
    /// </summary>
    static string Prompt(string line)
    {
        var text = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '^' && !quoted)
            {
                text.Append(line[++i]);
                continue;
            }
            Assert.True(quoted || !"&|<>".Contains(line[i]), $"{line[i]} has a meaning in {line}");
            Assert.True(line[i] != '%', $"a variable may begin in {line}");
            quoted ^= line[i] == '"';
            text.Append(line[i]);
        }
        return text.ToString();
    }

    /// <summary>Arguments as CommandLineToArgvW and the C runtime take them apart, for those that come after the program's name.</summary>
    static string[] Argv(string line)
    {
        List<string> arguments = [];
        for (var i = 0; ;)
        {
            while (i < line.Length && line[i] is ' ' or '\t')
                i++;
            if (i >= line.Length)
                return [.. arguments];
            var (argument, quoted) = (new StringBuilder(), false);
            for (; i < line.Length && (quoted || line[i] is not (' ' or '\t')); i++)
            {
                var backslashes = 0;
                for (; i < line.Length && line[i] == '\\'; i++)
                    backslashes++;
                var before = i < line.Length && line[i] == '"';
                argument.Append('\\', before ? backslashes / 2 : backslashes);
                if (before && backslashes % 2 == 0)
                    quoted = !quoted;
                else if (i < line.Length && (before || quoted || line[i] is not (' ' or '\t')))
                    argument.Append(line[i]);
                else
                    i--;
            }
            arguments.Add(argument.ToString());
        }
    }

    /// <summary>Words as systemd takes them apart, quotation marks and backslashes as in systemd.syntax(7).</summary>
    static string[] Words(string line)
    {
        List<string> words = [];
        var (word, quote) = (default(StringBuilder), '\0');
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case ' ' or '\t' when quote == '\0':
                    if (word is not null)
                        words.Add(word.ToString());
                    word = null;
                    break;
                case '"' or '\'' when quote == '\0' || quote == line[i]:
                    quote = quote == '\0' ? line[i] : '\0';
                    word ??= new();
                    break;
                case '\\':
                    (word ??= new()).Append(line[++i] switch { 'n' => '\n', '\\' => '\\', '"' => '"', _ => throw new FormatException(line) });
                    break;
                default:
                    Assert.False(line[i] == ';' && quote == '\0' && word is null, "a command ends here");
                    (word ??= new()).Append(line[i]);
                    break;
            }
        }
        Assert.Equal('\0', quote);
        return word is null ? [.. words] : [.. words, word.ToString()];
    }
}
