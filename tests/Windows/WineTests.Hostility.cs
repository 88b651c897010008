using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Windows;

public sealed partial class WineTests
{
    [Fact]
    public async Task AHostileProcessLosesNoByte()
    {
        var run = Start("-i", "0.05", "--log-level", "info");
        await run.WaitForLine("watching", Scene.Limit);
        var said = await Produce("hostile", 10);
        await Stop(run);
        var drained = scene.Start("--once");
        Assert.Contains(await drained.Exit(Scene.Limit), new[] { 0, 3 });

        // The oracle of other tests knows one content for each name; here what counts is the last of them.
        scene.Expected.Clear();
        var last = new Dictionary<string, Produced>();
        foreach (var line in said)
            switch (line[0])
            {
                case "file" or "grown" or "replaced":
                    scene.Expected[line[3]] = last[line[3]] = new(long.Parse(line[1]), int.Parse(line[2]));
                    break;
                case "moved":
                    // It may have been deleted before: while the program has a file open, Wine lets a deleted one be moved, and then it lives on.
                    scene.Expected.TryRemove(line[1], out _);
                    scene.Expected[line[2]] = last[line[2]] = last[line[1]];
                    break;
                case "deleted":
                    scene.Expected.TryRemove(line[1], out _);
                    break;
            }
        foreach (var kind in (string[])["grown", "moved", "replaced", "deleted"])
            Assert.True(said.Count(line => line[0] == kind) > 0, $"nothing was ever {kind}");
        var lost = new List<string>();
        foreach (var (path, file) in scene.Expected)
            if (!(File.Exists(scene.FullPath(path)) && Pattern.MatchesFile(scene.FullPath(path), file.Seed, file.Size)) && !await IsStored(path, file))
                lost.Add($"{path}, {file.Size} bytes of {file.Seed}, {await Stored(path)}: {string.Join("; ", said.Where(line => line.Contains(path)).Select(line => string.Join(' ', line)))}\n{string.Join('\n', run.Output.Split('\n').Where(line => line.Contains(path)))}");
        Assert.True(lost.Count == 0, $"LOST {lost.Count} of {scene.Expected.Count}:\n{string.Join('\n', lost.Take(10))}");
    }

    [Fact]
    public async Task KilledAHundredTimesItLosesNothing()
    {
        var random = new Random(1);
        for (var kill = 0; kill < 100; kill++)
        {
            for (var i = 0; i < 20; i++)
                scene.Write($"{kill}/{i}.dat", 1 + random.Next(9000));
            await using var run = Start("-i", "0");
            // A moment that depends on how far it came and not on the clock: after so many more log lines.
            await run.WaitForLines(random.Next(1, 45), TimeSpan.FromSeconds(0.7));
            await run.Kill();
            if (kill % 10 == 9)
                (await scene.Judge()).AssertSound();
        }
        await scene.Drain();
        await scene.AssertAllMoved();
    }

    [Fact]
    public async Task CtrlCUnderLoadEndsItInTimeTwentyTimes()
    {
        var random = new Random(1);
        var (slowest, told) = (TimeSpan.Zero, "");
        for (var stop = 0; stop < 20; stop++)
        {
            for (var i = 0; i < 200; i++)
                scene.Write($"{stop}/{i}.dat", 20_000);
            var run = scene.Start();
            await run.WaitForLine("watching", Scene.Limit);
            await run.WaitForLines(random.Next(2, 150), Scene.Limit);
            run.Signal(ProgramRun.Interrupt);
            Assert.Equal(0, await run.Exit(TimeSpan.FromSeconds(20)));
            var took = TimeOf(run, " new files, ") - TimeOf(run, "stopping");
            (slowest, told) = took > slowest ? (took, run.Output) : (slowest, told);
        }
        // 1.5 s and one more, as the machine does other things as well. By the program's own clock: how long a process takes to go is Wine's affair.
        Assert.True(slowest < TimeSpan.FromSeconds(2.5), $"it took {slowest}:\n{told}");
        (await scene.Judge()).AssertSound();
        await scene.Drain();
        await scene.AssertAllMoved();
    }

    /// <summary>When the program said something, as its log has it.</summary>
    static DateTime TimeOf(ProgramRun run, string text)
    {
        var line = run.Output.Split('\n').FirstOrDefault(line => line.Contains(text));
        Assert.True(line is not null, $"\"{text}\" was not said:\n{run.Output}");
        return DateTime.ParseExact(line[..23], "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    /// <summary>What the bucket holds instead: for the reader of a failure.</summary>
    async Task<string> Stored(string path)
    {
        if (!server.Objects(scene.Bucket).ContainsKey(Scene.Key(path)))
            return "not stored";
        var bytes = await scene.View.Get(Scene.Key(path), Cancel);
        var seeds = scene.Expected.Values.Where(file => Pattern.Matches(file.Seed, 0, bytes)).Select(file => file.Seed);
        return $"stored {bytes.Length} bytes of {string.Join(", ", seeds)}";
    }

    async Task<bool> IsStored(string path, Produced file)
    {
        if (!server.Objects(scene.Bucket).ContainsKey(Scene.Key(path)))
            return false;
        var bytes = await scene.View.Get(Scene.Key(path), Cancel);
        return bytes.LongLength == file.Size && Pattern.Matches(file.Seed, 0, bytes);
    }
}
