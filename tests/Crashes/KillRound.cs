using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Crashes;

/// <summary>
/// Kills the program again and again over one directory while files arrive, judges after each death, lets it finish in the end, judges everything,
/// and empties its part of the bucket.
/// </summary>
sealed class KillRound(Accused accused, Target target, int seed)
{
    /// <summary>About twenty files arrive between two deaths.</summary>
    const double FilesPerSecond = 100;
    // It is up in 10 ms; by 300 it has done what there was.
    static readonly TimeSpan FirstSpread = TimeSpan.FromMilliseconds(300), LongestSpread = TimeSpan.FromSeconds(5);

    readonly Random random = new(seed);
    TimeSpan spread = FirstSpread;

    /// <summary>So many kills, then the end.</summary>
    public async Task<RoundResult> Run(int kills, CancellationToken cancel)
    {
        await using var trial = new Trial(accused, target, new Random(random.Next()), FilesPerSecond);
        var moments = new List<Moment>();
        try
        {
            trial.Produce();
            while (moments.Count < kills && trial.Violations.Count == 0)
                moments.Add(await KillOnce(trial, cancel));
            if (trial.Violations.Count == 0)
                await trial.Finish(cancel);
        }
        finally
        {
            await trial.StopProducing();
            // What is wrong may be looked at afterwards.
            if (trial.Violations.Count == 0)
                Aborted = await target.Empty(CancellationToken.None);
        }
        return new(moments, trial.Files, trial.Bytes, trial.Multipart, trial.Proven, Aborted,
            [.. trial.Violations.Select(violation => $"{violation} (in {trial.Place} and s3://{target.Bucket}/{target.Prefix})")]);
    }

    int Aborted { get; set; }

    async Task<Moment> KillOnce(Trial trial, CancellationToken cancel)
    {
        var isOnce = random.Next(4) == 0;
        var threads = random.Next(3) switch { 0 => "1", 1 => "4", _ => "16" };
        await using (var run = trial.Start(["-i", random.Next(2) == 0 ? "0" : "0.05", "-u", threads, .. isOnce ? new[] { "--once" } : []]))
        {
            await Task.Delay(spread * random.NextDouble(), cancel);
            if (!run.HasExited)
                await run.Kill();
            else if (await run.Exit(LongestSpread) is var code && !(isOnce && code is 0 or 3))
                trial.Wrong($"it ended by itself with {code}:\n{run.Output}");
        }
        var moment = await trial.Judge(cancel);
        // On a distant server nothing may get done in so short a life: then it lives longer.
        spread = moment.Claimed > 0 ? TimeSpan.FromTicks(Math.Max(FirstSpread.Ticks, (long)(spread.Ticks * 0.97))) : TimeSpan.FromTicks(Math.Min(LongestSpread.Ticks, (long)(spread.Ticks * 1.1)));
        return moment;
    }
}

/// <summary>What came of a round.</summary>
/// <param name="Moments">Where each death caught the program.</param>
/// <param name="Proven">Files read back at the end and found right.</param>
/// <param name="Aborted">Multipart uploads that were begun and that nobody went on with: the ledger did not know them yet.</param>
sealed record RoundResult(IReadOnlyList<Moment> Moments, int Files, long Bytes, int Multipart, int Proven, int Aborted, IReadOnlyList<string> Violations);
