using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The ready-made services say what they must, and quote what they are given.</summary>
public sealed class ServiceRecipeTests
{
    static readonly XNamespace Tasks = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    static ServiceRecipe Recipe(params string[] arguments) => new(@"C:\Program Files\s3sync.exe", ["run", .. arguments], @"C:\ProgramData\s3sync", 2.2);

    [Fact]
    public void NssmGivesTimeToStopAndDoesNotRestartAfterWrongSettings()
    {
        var lines = Recipe("--watch-dir", @"D:\my out").Of("nssm").Split("\r\n");
        Assert.Contains("nssm set s3sync AppExit 2 Exit", lines);
        Assert.Contains("nssm set s3sync AppExit Default Restart", lines);
        Assert.Contains("nssm set s3sync AppStopMethodConsole 2200", lines);
        Assert.Contains("""nssm set s3sync AppParameters "run --watch-dir \"D:\my out\"" """.TrimEnd(), lines);
        Assert.Contains("""nssm install s3sync "C:\Program Files\s3sync.exe" """.TrimEnd(), lines);
    }

    [Fact]
    public void TheTaskHasNoTimeLimitNormalPriorityAndNoSecondInstance()
    {
        var task = XDocument.Parse(Recipe("--watch-dir", @"D:\a & <b>").Of("task")).Root!;
        string Value(string name) => task.Descendants(Tasks + name).Single().Value;
        Assert.Equal(("PT0S", "5", "IgnoreNew"), (Value("ExecutionTimeLimit"), Value("Priority"), Value("MultipleInstancesPolicy")));
        Assert.Equal("PT1M", task.Descendants(Tasks + "RestartOnFailure").Single().Element(Tasks + "Interval")!.Value);
        Assert.Equal("""run --watch-dir "D:\a & <b>" """.TrimEnd(), Value("Arguments"));
    }

    [Fact]
    public void SystemdDoesNotRestartAfterWrongSettings()
    {
        var unit = new ServiceRecipe("/opt/s3sync", ["run", "--watch-dir", "/srv/100% $HOME"], "/var/lib/s3sync", 11).Of("systemd").Split('\n');
        Assert.Contains("RestartPreventExitStatus=2", unit);
        Assert.Contains("""ExecStart=/opt/s3sync run --watch-dir "/srv/100%% $$HOME" """.TrimEnd(), unit);
    }

    [Fact]
    public void WhateverIsQuotedWindowsTakesApartAgain() =>
        Gen.String[Gen.Char["a \"\\\t'%"], 0, 12].Array[1, 5].Sample(arguments =>
        {
            var line = XDocument.Parse(Recipe(arguments).Of("task")).Root!.Descendants(Tasks + "Arguments").Single().Value;
            Assert.Equal(["run", .. arguments], Split(line));
        });

    /// <summary>The rules of CommandLineToArgvW, as documented.</summary>
    static List<string> Split(string line)
    {
        List<string> arguments = [];
        var (current, isQuoted, isStarted, backslashes) = ("", false, false, 0);
        foreach (var character in line + " ")
        {
            if (character == '\\')
            {
                backslashes++;
                isStarted = true;
                continue;
            }
            if (character == '"')
            {
                current += new string('\\', backslashes / 2) + (backslashes % 2 == 1 ? "\"" : "");
                isQuoted ^= backslashes % 2 == 0;
                isStarted = true;
            }
            else
            {
                current += new string('\\', backslashes);
                if (character is ' ' or '\t' && !isQuoted)
                {
                    if (isStarted)
                    {
                        arguments.Add(current);
                    }
                    (current, isStarted) = ("", false);
                }
                else
                {
                    current += character;
                    isStarted = true;
                }
            }
            backslashes = 0;
        }
        return arguments;
    }
}
