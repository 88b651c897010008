using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using System.Xml.Linq;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Operation;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using SQLitePCL;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync report</c>: what was done day by day, and how long files waited.</summary>
public sealed class ReportTests : OperatorTest
{
    string Today => DateTime.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [Fact]
    public async Task BesideARunItTellsWhatTheRunDid()
    {
        var run = Scene.Start();
        for (var i = 0; i < 5; i++)
            Scene.Write($"{i}.dat", 1000);
        await Eventually.True(() => run.Count("uploaded and deleted") == 5, () => run.Output, Cancel);
        var said = await Report();
        Assert.Matches($@"\n  {Today} +5 +4\.9 KB +5 +0 .* m?s .* m?s .* m?s .* m?s\n", said);
        Assert.Contains("\n  in all ", said);
        Assert.All(said.Split('\n').Where(line => !line.Contains(Scene.Root)), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public async Task ProgramsAndSpreadsheetsReadTheSame()
    {
        Scene.Write("a.dat", 1000);
        await Scene.Drain();
        using var json = JsonDocument.Parse(await Report("--json"));
        var day = json.RootElement.GetProperty("directories")[0].GetProperty("days")[0];
        Assert.Equal((Today, 1, 1000), (day.GetProperty("day").GetString(), day.GetProperty("uploaded").GetInt32(), day.GetProperty("bytes").GetInt32()));
        Assert.InRange(day.GetProperty("p99Seconds").GetDouble(), 0.01, 300);
        var lines = (await Report("--csv")).Split('\n').Select(line => line.TrimEnd('\r').Split(',')).ToArray();
        Assert.Equal(lines[0].Length, lines[1].Length);
        Assert.Equal([Today, $"\"{Scene.Root}\"", "1", "1", "1000", "1"], lines[1][..6]);
        Assert.Equal(day.GetProperty("maxSeconds").GetDouble(), double.Parse(lines[1][Array.IndexOf(lines[0], "max_seconds")], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task ThePageIsWholeInItselfAndEscapesNames()
    {
        Scene.Write("a.dat", 1000);
        await Scene.Drain();
        var root = Path.Combine(Scene.Place, "<b>&\"x\"");
        LedgerRows.Execute(Scene.Ledger, $"UPDATE root SET path = '{root}'");
        var page = Path.Combine(Scene.Place, "report.html");
        Assert.Contains("written to ", await Report("--html", page));
        var text = File.ReadAllText(page);
        Assert.DoesNotContain("<script", text);
        Assert.DoesNotContain("http", text);
        Assert.DoesNotContain("<b>&", text);
        Assert.Contains("&lt;b&gt;&amp;", text);
        Assert.Equal(3, text.Split("<svg ").Length - 1);
        foreach (var svg in text.Split("<svg ")[1..])
            XDocument.Parse("<svg " + svg[..(svg.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
    }

    [Fact]
    public async Task WhatCannotBeIsRefused()
    {
        Scene.Write("a.dat", 1);
        await Scene.Drain();
        Assert.Contains("is no date", await Ask(2, ["report", "--since", "yesterday", .. AtLedger]));
        Assert.Contains("is in a watched directory", await Ask(2, ["report", "--html", Scene.FullPath("report.html"), .. AtLedger]));
        Assert.Contains("cannot be written", await Ask(1, ["report", "--html", Path.Combine(Scene.Place, "nowhere", "report.html"), .. AtLedger]));
        Assert.DoesNotContain(Today + "  ", await Report("--since", "2999-12-31"));
    }

    [Fact]
    public void EveryTimeIsInItsStepAndPercentilesAreWithinASeventh()
    {
        Assert.Equal(LatencySteps.Bounds.Order().Distinct(), LatencySteps.Bounds);
        foreach (var time in (long[])[0, 1, 2, 3, 10, 999, 1000, 1001, 123_456, 999_999_999, 1_000_000_000, 1_000_000_001, long.MaxValue])
        {
            var step = LatencySteps.Of(time);
            Assert.True((step == 0 || LatencySteps.Bounds[step - 1] < time) && (step == LatencySteps.Bounds.Length || time <= LatencySteps.Bounds[step]), $"{time}: {step}");
        }
        var random = new Random(1);
        var times = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 15)).Order().ToArray();
        var counts = new long[LatencySteps.Count];
        foreach (var time in times)
            counts[LatencySteps.Of(time)]++;
        foreach (var share in (double[])[0.5, 0.95, 0.99])
            Assert.InRange(LatencySteps.Percentile(counts, share, times[^1]) / times[(int)(share * times.Length) - 1], 6.0 / 7, 8.0 / 7);
        Assert.Equal(times[^1], LatencySteps.Percentile(counts, 1, times[^1]));
        Assert.Equal(0, LatencySteps.Percentile(new long[LatencySteps.Count], 0.5, 0));
    }

    [Fact]
    public void AMillionRowsAreReportedWithinASecondAndTheirSumsAreMadeWhenAnOlderLedgerIsOpened()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["ledger.db"];
        Batteries_V2.Init();
        raw.sqlite3_open(path, out var database);
        Schema.Migrate(database, 3);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Statement.Execute(database, $"""
            PRAGMA synchronous = OFF;
            INSERT INTO root VALUES (1, '/a');
            BEGIN;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
            INSERT INTO file (root, path, found, uploaded, deleted, size, modified) SELECT 1, printf('%07d', i), {now} - i * 2000, {now} - i * 2000, {now} - i * 2000, 1000, ({now} - i * 2000 - i % 5000) * 1000000 FROM n;
            INSERT INTO hour SELECT 1, uploaded / 3600000, count(*), count(*), sum(size), count(*), 0, 0, 0 FROM file GROUP BY 2;
            COMMIT;
            """);
        database.Dispose();
        Ledger.Open(path).Dispose();
        using var reader = LedgerReader.Open(path)!;
        var watch = Stopwatch.StartNew();
        var today = DateOnly.FromDateTime(DateTime.Now);
        var report = DailyReport.Of(reader, today.AddDays(-60), today);
        var page = ReportPage.Of(report);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"{watch.Elapsed}");
        Assert.Contains("1,000,000 files uploaded", page);
        var all = report.Roots[0].All;
        Assert.Equal((1_000_000, 4999), (all.WaitSteps.Sum(), all.Longest));
        Assert.Equal(4999L * 5000 / 2 * 200, all.Waited);
        Assert.InRange(all.Percentile(0.5), 2200, 2800);
        Assert.Equal(Enumerable.Range(0, 5000).CountBy(time => LatencySteps.Of(time)).ToDictionary(step => step.Key, step => step.Value * 200L),
            Enumerable.Range(0, LatencySteps.Count).Where(step => all.WaitSteps[step] > 0).ToDictionary(step => step, step => all.WaitSteps[step]));
    }

    [Fact]
    public void AReceiptCountsOnceAndARecoveredOneNot()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["ledger.db"];
        var hour = LedgerCounters.HourInMilliseconds;
        using (var ledger = Ledger.Open(path))
        {
            var (root, target) = (ledger.RootId("/a"), ledger.TargetId("bucket", ""));
            for (var i = 1; i <= 3; i++)
            {
                ledger.Begin();
                ledger.Add(root, $"{i}", hour, hour);
                ledger.SetUploaded(root, $"{i}", hour + i, null, new(1, 10, (hour + i - 1000 * i) * 1_000_000, 1), target, default, i == 1 ? null : 7);
                ledger.Commit();
            }
            ledger.Begin();
            ledger.Recover(root, "old", new(true, 1, 2, null, new(1, 10, 1, 1), target, default), hour);
            ledger.Commit();
        }
        using var reader = LedgerReader.Open(path)!;
        var period = new LedgerPeriod();
        new LedgerHistory(reader).Read(0, (_, _) => period);
        Assert.Equal((4, 3, 6000, 3000), (period.Totals.Uploaded, period.WaitSteps.Sum(), period.Waited, period.Longest));
        Assert.Equal((2, 14), (period.SendSteps[LatencySteps.Of(7)], period.Sent));
        var times = new LedgerHistory(reader).Times(1);
        Assert.Equal((period.Waited, period.Longest, period.Sent), (times.Waited, times.Longest, times.Sent));
        Assert.Equal(period.WaitSteps.Concat(period.SendSteps), times.WaitSteps.Concat(times.SendSteps));
    }

    Task<string> Report(params string[] more) => Ask(0, ["report", .. AtLedger, .. more]);
}
