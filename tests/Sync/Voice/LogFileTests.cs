using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Sync.Voice;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Voice;

/// <summary>The file the log goes to: bounded, whole lines in order, for its owner only, and no trouble to anybody when it cannot be written.</summary>
public sealed class LogFileTests : IDisposable
{
    readonly TemporaryDirectory directory = new();
    readonly ManualTime clock = new();

    string Log => directory["logs/s3sync.log"];

    public void Dispose() => directory.Dispose();

    static byte[] Line(int number, int length = 20) => Encoding.UTF8.GetBytes($"{number}".PadLeft(length - 1, '.') + '\n');

    /// <summary>All that is there, the oldest first.</summary>
    string[] Kept() => [.. Directory.EnumerateFiles(directory["logs"]).OrderByDescending(NumberOf).SelectMany(File.ReadAllLines)];

    static int NumberOf(string file) => int.TryParse(Path.GetExtension(Path.GetFileNameWithoutExtension(file)).TrimStart('.'), out var number) ? number : 0;

    [Fact]
    public void FilesAreBoundedInSizeAndCountAndTheLatestLinesAreKeptInOrder()
    {
        using (var file = new LogFile(Log, 100, 3, clock))
        {
            for (var i = 0; i < 1000; i++)
                file.Write(Line(i));
        }
        Assert.Equal(["s3sync.1.log", "s3sync.2.log", "s3sync.log"], Directory.EnumerateFiles(directory["logs"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Directory.EnumerateFiles(directory["logs"]), file => Assert.InRange(new FileInfo(file).Length, 1, 100));
        Assert.Equal(Enumerable.Range(985, 15).Select(number => Encoding.UTF8.GetString(Line(number)).TrimEnd()), Kept());
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task ALinkOrAPipeInItsPlaceIsNotWrittenTo()
    {
        Directory.CreateDirectory(directory["logs"]);
        File.WriteAllText(directory["theirs"], "theirs\n");
        File.CreateSymbolicLink(Log, directory["theirs"]);
        var failures = new List<string>();
        using (var file = new LogFile(Log, 100, 3, clock) { Failing = failures.Add })
        {
            file.Write(Line(1));
            Assert.Contains("is a link, which is not followed", Assert.Single(failures), StringComparison.Ordinal);
            File.Delete(Log);
            clock.Advance(TimeSpan.FromSeconds(11));
            file.Write(Line(2));
        }
        Assert.Equal("theirs\n", File.ReadAllText(directory["theirs"]));
        Assert.Single(File.ReadAllLines(Log));
        File.Delete(Log);
        await PublishedExe.Run("mkfifo", Log);
        using var other = new LogFile(Log, 100, 3, clock) { Failing = failures.Add };
        other.Write(Line(3));
        Assert.Contains("is no regular file", failures[^1], StringComparison.Ordinal);
    }

    /// <summary>The writer flushes where its buffer is full, in the middle of a line.</summary>
    [Fact]
    public void EveryLineIsWholeAndInOneFileHoweverItArrives() =>
        Gen.Select(Gen.Int[1, 150].Array[1, 60], Gen.Int[1, 400].Array[1, 40], Gen.Int[1, 200]).Sample((lengths, cuts, size) =>
        {
            using var place = new TemporaryDirectory();
            var bytes = lengths.SelectMany((length, i) => Line(i, length + 3)).ToArray();
            using (var file = new LogFile(place["s3sync.log"], size, 64, clock))
            {
                for (var (at, i) = (0, 0); at < bytes.Length; i++)
                {
                    var take = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
                    file.Write(bytes, at, take);
                    at += take;
                }
            }
            var files = Directory.EnumerateFiles(place.Path).OrderByDescending(NumberOf).Select(File.ReadAllText).ToArray();
            Assert.Equal(Encoding.UTF8.GetString(bytes), string.Concat(files));
            Assert.All(files, content => Assert.EndsWith("\n", content, StringComparison.Ordinal));
            // Larger than its bound is only the file of one line that is.
            Assert.All(files, content => Assert.True(content.Length <= size || content.Count(c => c == '\n') == 1, $"{content.Length} of {size}"));
        }, iter: OperatingSystem.IsWindows() ? 10 : 100);

    [Fact]
    public void TheNextRunGoesOnWhereTheLastOneEndedAndEndsItsHalfLine()
    {
        Directory.CreateDirectory(directory["logs"]);
        File.WriteAllText(Log, "whole\nhal");
        using (var file = new LogFile(Log, 1000, 2, clock))
            file.Write("next\n"u8);
        Assert.Equal("whole\nhal\nnext\n", File.ReadAllText(Log));
    }

    [Fact]
    public void FilesBeyondTheCountAreDeletedAndOthersBesideAreNot()
    {
        Directory.CreateDirectory(directory["logs"]);
        string[] others = ["s3sync.err.log", "s3sync.01.log", "s3sync.7.txt", "other.9.log", "s3sync.log.9"];
        foreach (var name in (string[])["s3sync.1.log", "s3sync.2.log", "s3sync.7.log", .. others])
            File.WriteAllText(directory["logs/" + name], "was here");
        using (var file = new LogFile(Log, 100, 3, clock))
        {
            for (var i = 0; i < 6; i++)
                file.Write(Line(i));
        }
        Assert.Equal(others.Concat(["s3sync.log", "s3sync.1.log", "s3sync.2.log"]).Order(StringComparer.Ordinal), Directory.EnumerateFiles(directory["logs"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("was here", File.ReadAllText(directory["logs/s3sync.2.log"]));
    }

    [Fact]
    public void OneFileIsBegunAnew()
    {
        using (var file = new LogFile(Log, 100, 1, clock))
        {
            for (var i = 0; i < 8; i++)
                file.Write(Line(i));
        }
        Assert.Equal(["...................5", "...................6", "...................7"], Kept().Select(line => "." + line));
        Assert.Single(Directory.EnumerateFiles(directory["logs"]));
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public void OnlyItsOwnerMayReadIt()
    {
        using (var file = new LogFile(Log, 30, 2, clock))
        {
            file.Write(Line(1));
            file.Write(Line(2));
        }
        Assert.All(Directory.EnumerateFiles(directory["logs"]), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void WhereTheNextOneCannotBeBegunItGoesOnUpToTwiceTheSizeAndThenAnew()
    {
        // A directory of that name, which is not empty, cannot be replaced by a file.
        Directory.CreateDirectory(directory["logs/s3sync.1.log/in the way"]);
        using (var file = new LogFile(Log, 200, 2, clock))
        {
            for (var i = 0; i < 200; i++)
            {
                file.Write(Line(i));
                Assert.InRange(new FileInfo(Log).Length, 1, 425);
            }
        }
        Assert.EndsWith("199\n", File.ReadAllText(Log), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task AFullVolumeLosesLinesButNeverHalfAOneAndSaysHowMany()
    {
        await using var volume = await Tmpfs.Mount(directory["logs"], "64k");
        List<string> failed = [];
        List<long> lost = [];
        using var file = new LogFile(Log, 1 << 20, 2, clock) { Failing = failed.Add, Working = lost.Add };
        var written = 0;
        for (; failed.Count == 0; written++)
            file.Write(Line(written, 100));
        for (var i = 0; i < 9; i++)
            file.Write(i % 2 == 0 ? "half a "u8.ToArray() : "line\n"u8.ToArray());
        clock.Advance(TimeSpan.FromSeconds(11));
        file.Write(Line(0, 10_000));
        var before = await File.ReadAllLinesAsync(Log, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, written - 1).Select(i => Encoding.UTF8.GetString(Line(i, 100)).TrimEnd()), before);
        await volume.Remount("size=1m");
        file.Write("not so soon\n"u8);
        clock.Advance(TimeSpan.FromSeconds(11));
        file.Write("there is room again\n"u8);
        // The one that failed, four lines in two halves each, the long one with half a line in front, the impatient one.
        Assert.Equal([1 + 4 + 1 + 1], lost);
        Assert.Single(failed);
        Assert.Equal(before.Append("there is room again").ToList(), await File.ReadAllLinesAsync(Log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void APlaceThatCannotBeIsNoTroubleEither()
    {
        File.WriteAllText(directory["logs"], "a file where the directory should be");
        List<string> failed = [];
        using var file = new LogFile(Log, 100, 2, clock) { Failing = failed.Add };
        for (var i = 0; i < 20; i++)
            file.Write(Line(i));
        Assert.Single(failed);
    }
}
