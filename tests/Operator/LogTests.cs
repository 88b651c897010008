using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>Where the published program says what it does, and in which form.</summary>
public sealed class LogTests : OperatorTest
{
    string LogFile => Path.Combine(Scene.Place, "logs", "s3sync.log");

    static IEnumerable<string> Said(ProgramRun run) => run.Output.Split('\n').Select(Untimed);

    /// <summary>A line without its time: console and file may be told a millisecond apart.</summary>
    static string Untimed(string line) => line[0] == '{' ? line[line.IndexOf(',')..] : line[24..];

    [Fact]
    public async Task TheLogFileHasEveryLineOfTheConsoleToTheLast()
    {
        for (var i = 0; i < 300; i++)
            Scene.Write($"{i}.dat", 100);
        var run = await Scene.Drain(0, "--log-file", LogFile);
        var lines = await File.ReadAllLinesAsync(LogFile, Cancel);
        Assert.Equal(Said(run), lines.Select(Untimed));
        Assert.Contains("300 deleted, 0 left", lines[^1], StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LogFile));
        await Scene.Drain(0, "--log-file", LogFile);
        Assert.True((await File.ReadAllLinesAsync(LogFile, Cancel)).Length > lines.Length);
    }

    [Fact]
    public async Task FilesAreRolledBySizeAndCountWithoutALineLost()
    {
        for (var i = 0; i < 1500; i++)
            Scene.Write($"{new string('d', 200)}/{new string('e', 200)}/{new string('n', 200)}{i}.dat", 10);
        // Four lines of 700 bytes and more for each file at this level: 5 MB.
        await Scene.Drain(0, "--log-file", LogFile, "--log-file-size", "1", "--log-files", "3", "--log-level", "debug");
        var files = Directory.GetFiles(Path.GetDirectoryName(LogFile)!).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["s3sync.1.log", "s3sync.2.log", "s3sync.log"], files.Select(Path.GetFileName));
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 1 << 20));
        Assert.All(files.SelectMany(File.ReadLines), line => Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z]{3} ", line));
        Assert.Contains("1,500 deleted, 0 left", (await File.ReadAllLinesAsync(LogFile, Cancel))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsJsonEachLineIsAnObjectOnTheConsoleAndInTheFile()
    {
        Scene.Write("sub/語 \"1\".dat", 4321);
        var run = await Scene.Drain(0, "--log-file", LogFile, "--log-format", "json");
        var lines = run.Output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(Said(run), (await File.ReadAllLinesAsync(LogFile, Cancel)).Select(Untimed));
        Assert.Equal(["started", "ended"], new[] { lines[0], lines[^1] }.Select(line => line.GetProperty("event").GetString()));
        var finished = Assert.Single(lines, line => line.GetProperty("event").GetString() == "finished");
        Assert.Equal((Scene.FullPath("sub/語 \"1\".dat"), Scene.Bucket, "in/sub/語 \"1\".dat", 4321), (finished.GetProperty("path").GetString(), finished.GetProperty("bucket").GetString(), finished.GetProperty("key").GetString(), finished.GetProperty("bytes").GetInt64()));
        Assert.Equal((1, 1, 4321, 0), (lines[^1].GetProperty("found").GetInt64(), lines[^1].GetProperty("deleted").GetInt64(), lines[^1].GetProperty("bytes").GetInt64(), lines[^1].GetProperty("pending").GetInt64()));
    }

    [Fact]
    public async Task AFailureTellsItsReasonAsAFieldAndNoSecret()
    {
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.PutObject).Times(1));
        Scene.Write("1.dat", 10);
        var run = Scene.Start("--once", "--log-format", "json", "--log-level", "trace", "--log-file", LogFile);
        await Scene.AssertExit(run, 0);
        Assert.Contains(run.Output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement), line => line.GetProperty("event").GetString() == "failed"
            && line.GetProperty("attempt").GetInt32() == 1 && line.GetProperty("error").GetString()!.Contains("403 AccessDenied", StringComparison.Ordinal));
        var text = await File.ReadAllTextAsync(LogFile, Cancel);
        Assert.DoesNotContain(TestCredentials.SecretKey, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Signature", text, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task AFullVolumeOfTheLogFileNeitherKeepsAFileFromBeingMovedNorALineFromTheConsole()
    {
        await using var volume = await Tmpfs.Mount(Path.GetDirectoryName(LogFile)!, "32k");
        for (var i = 0; i < 500; i++)
            Scene.Write($"{i}.dat", 100);
        var run = await Scene.Drain(0, "--log-file", LogFile);
        await Scene.AssertAllMoved();
        Assert.Equal(1, run.Count("the log file " + LogFile + " cannot be written: "));
        Assert.Equal(500, run.Count("uploaded and deleted "));
        Assert.Empty((await File.ReadAllLinesAsync(LogFile, Cancel)).Select(Untimed).Except(Said(run)));
    }

    [Fact]
    public async Task AnInstanceThatFindsTheLedgerHeldLeavesTheLogFileAlone()
    {
        var first = Scene.Start("--log-file", LogFile);
        await first.WaitForLine("watching", Scene.Limit);
        await Eventually.True(() => File.Exists(LogFile), () => "no log file", Cancel);
        var second = Scene.Start("--log-file", LogFile, "--once");
        await Scene.AssertExit(second, 4);
        first.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(first, 0);
        Assert.Equal(Said(first), (await File.ReadAllLinesAsync(LogFile, Cancel)).Select(Untimed));
    }

    [Theory]
    [InlineData("--log-file-size", "0")]
    [InlineData("--log-files", "0")]
    [InlineData("--log-format", "xml")]
    public async Task WhatIsWrongIsSaid(string option, string value) =>
        Assert.Contains($"s3sync: error: {option}: '{value}' is not ", await Ask(2, [.. Scene.Arguments, option, value]), StringComparison.Ordinal);

    [Fact]
    public async Task ALogFileInAWatchedDirectoryIsRefused() =>
        Assert.Contains("contains the log file", await Ask(2, [.. Scene.Arguments, "--log-file", Scene.FullPath("s3sync.log")]), StringComparison.Ordinal);
}
