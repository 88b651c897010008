using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;

namespace S3Sync.Tests.Crashes;

/// <summary>
/// "soak": two programs side by side on a server with faults, under many times the load they are made for. One lives through all of it and is measured:
/// what it holds of the system must not grow. The other is killed at random moments. In the end every file of both must be in the bucket.
/// </summary>
/// <param name="output">Where it says how it goes.</param>
sealed class Soak(SoakOptions options, TextWriter output)
{
    /// <summary>Of each program. 10,000 files a day are 0.12 a second.</summary>
    const double FilesPerSecond = 20;
    const int UsualFilesPerDay = 10_000;
    const int Samples = 240;
    // Each kind of fault strikes one request in so many.
    const int FaultOneIn = 1000;
    static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(20), ToStop = TimeSpan.FromSeconds(60);

    readonly List<Usage> usages = [];
    int kills, faults;

    public static async Task<int> RunAsync(string[] args)
    {
        if (SoakOptions.Read(args) is not { } options)
        {
            Console.Error.WriteLine(SoakOptions.Usage);
            return 2;
        }
        return await new Soak(options, Console.Out).RunAsync(CancellationToken.None);
    }

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var executable = options.Executable ?? (await PublishedExe.Shared).Path;
        using var bodies = new TemporaryDirectory();
        await using var server = await S3Server.Start(new() { Directory = bodies.Path }, "soak");
        AddFaults(server.Faults, new Random(options.Seed));
        using var target = Target.Local(server.Url, "soak", "");
        var accused = new Accused(Path.GetFullPath(executable), server.Url, new Dictionary<string, string?>());
        await using var steady = new Trial(accused, target.Below("steady"), new Random(options.Seed + 1), FilesPerSecond);
        await using var mortal = new Trial(accused, target.Below("mortal"), new Random(options.Seed + 2), FilesPerSecond);
        output.WriteLine($"{options.Minutes} minutes, seed {options.Seed}, {executable}\n{Usage.Head}");
        var watch = Stopwatch.StartNew();
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(options.Minutes));
        steady.Produce();
        mortal.Produce();
        var dying = Task.Run(() => KillAgainAndAgain(mortal, new Random(options.Seed + 3), over.Token, cancel), cancel);
        await Live(steady, watch, over.Token);
        await dying;
        server.Faults.Clear();
        foreach (var trial in (Trial[])[steady, mortal])
            await trial.Finish(cancel);
        return await Conclude(steady, mortal, watch.Elapsed);
    }

    /// <summary>Measures one program until the time is over, then stops it in order.</summary>
    async Task Live(Trial trial, Stopwatch watch, CancellationToken over)
    {
        await using var run = trial.Start("-i", "0.5");
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(options.Minutes) / Samples);
        while (!over.IsCancellationRequested && !run.HasExited)
        {
            var usage = Usage.Of(run.Id, watch.Elapsed, trial.Files, kills);
            usages.Add(usage);
            if (usages.Count % (Samples / 20) == 1)
                output.WriteLine(usage);
            try
            {
                await timer.WaitForNextTickAsync(over);
            }
            catch (OperationCanceledException)
            {
            }
        }
        if (run.HasExited)
            trial.Wrong($"the one to live ended by itself:\n{run.Output[^Math.Min(run.Output.Length, 3000)..]}");
        await trial.StopProducing();
        if (OperatingSystem.IsWindows())
            await run.Kill();
        else
            run.Signal(ProgramRun.Interrupt);
        await run.Exit(ToStop);
    }

    async Task KillAgainAndAgain(Trial trial, Random random, CancellationToken over, CancellationToken cancel)
    {
        while (!over.IsCancellationRequested && trial.Violations.Count == 0)
        {
            await using (var run = trial.Start("-i", "0"))
            {
                // Mostly short lives, some long ones.
                await Task.WhenAny(Task.Delay(LongestLife * Math.Pow(random.NextDouble(), 3), over));
                await run.Kill();
            }
            kills++;
            await trial.Judge(cancel);
        }
    }

    void AddFaults(Support.S3.Faults into, Random random)
    {
        foreach (var fault in (Fault[])
        [
            Fault.Answer(503, "SlowDown"), Fault.Answer(500, "InternalError"), Fault.Answer(403, "ExpiredToken"), Fault.Answer(409, "ConditionalRequestConflict"),
            Fault.Reset(), Fault.LoseAnswer(), Fault.HalfAnswer(), Fault.Stall(TimeSpan.FromMilliseconds(500)),
        ])
        {
            // Faults asks one request at a time, so the dice need no lock. The oracle's own requests are spared.
            var dice = new Random(random.Next());
            into.Add(fault.Where(request => request.Operation is S3Operation.PutObject or S3Operation.HeadObject or S3Operation.CreateMultipartUpload or S3Operation.UploadPart or S3Operation.CompleteMultipartUpload
                && dice.Next(FaultOneIn) == 0 && ++faults > 0));
        }
    }

    async Task<int> Conclude(Trial steady, Trial mortal, TimeSpan took)
    {
        List<string> wrong = [.. steady.Violations, .. mortal.Violations, .. Usage.Growth(usages)];
        foreach (var line in wrong.Take(20))
            output.WriteLine($"VIOLATION: {line}");
        var files = steady.Files + mortal.Files;
        var times = files / took.TotalDays / UsualFilesPerDay;
        var sum = string.Create(CultureInfo.InvariantCulture, $"| {options.Minutes} | {options.Seed} | {files:N0} | {times:N0} | {kills:N0} | {faults:N0} | {Usage.Spans(usages)} | {steady.Proven + mortal.Proven:N0} | {wrong.Count} |");
        output.WriteLine($"verdict: {(wrong.Count == 0 ? "nothing was lost, nothing grew" : "WRONG: see above")}\n{SoakOptions.ResultHead}\n{sum}");
        if (options.Result is { } file)
            await File.WriteAllTextAsync(file, $"`soak --minutes {options.Minutes} --seed {options.Seed}`, {DateTime.UtcNow:yyyy-MM-dd}, {Verdict.Machine()}:\n\n{SoakOptions.ResultHead}\n{sum}\n\nThe program that was never killed, over time:\n\n{Usage.Head}\n{string.Join('\n', usages.Where((_, at) => at % (Samples / 20) == 0))}\n");
        return wrong.Count == 0 ? 0 : 1;
    }
}
