using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Operation;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Operator;

/// <summary>What a run knows and another process is told: attempts, what is in flight, requests, limits.</summary>
public sealed class InsightTests : OperatorTest
{
    [Fact]
    public async Task EachFailedAttemptIsExplainedWithItsTimeItsRequestAndTheNextOne()
    {
        var fault = Server.Faults.Add(Fault.Answer(403, "AccessDenied").Key(Scene.Key("secret.dat")));
        Scene.Write("secret.dat", 100);
        var run = Scene.Start();
        await run.WaitForLine("failed", Scene.Limit);
        await Eventually.True(() => LedgerRows.Count(Scene.Ledger, "attempts >= 2") == 1, () => run.Output, Cancel);

        var said = await Explain("secret.dat");
        var attempts = Regex.Matches(said, @"\d\d:\d\d:\d\d: S3 answered 403 AccessDenied, request (\w+); next \d\d\d\d-\d\d-\d\d \d\d:\d\d:\d\d\n");
        Assert.True(attempts.Count >= 2, said);
        Assert.Contains("  failed      ", said);
        // The first is said by the log in the same words.
        Assert.Contains($"request {attempts[0].Groups[1].Value}; attempt 1", run.Output);

        using var json = JsonDocument.Parse(await Explain("secret.dat", "--json"));
        var first = json.RootElement.GetProperty("failedAttempts")[0];
        Assert.Equal(attempts[0].Groups[1].Value, first.GetProperty("request").GetString());
        Assert.True(first.GetProperty("time").GetDateTime() < first.GetProperty("next").GetDateTime());

        Server.Faults.Remove(fault);
        await Ask(0, ["retry", Scene.FullPath("secret.dat"), .. AtLedger]);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        await Eventually.True(() => LedgerRows.Count(Scene.Ledger, "deleted IS NOT NULL") == 1, () => run.Output, Cancel);
        Assert.DoesNotContain("  failed ", await Explain("secret.dat"));
        Assert.Empty(JsonDocument.Parse(await Explain("secret.dat", "--json")).RootElement.GetProperty("failedAttempts").EnumerateArray());
    }

    [Fact]
    public async Task AConflictIsExplainedWithTheRequestThatShowedIt()
    {
        await Scene.View.Put(Scene.Key("taken.dat"), [1, 2, 3], Cancel);
        Scene.Write("taken.dat", 1000);
        var run = await Scene.Drain(expected: 3);
        Assert.Matches(@"  failed      .*: conflict: the key exists .*, request \w+; next ", await Explain("taken.dat"));
        Assert.Matches(@"conflict: the key exists .*, request \w+; next attempt in", run.Output);
    }

    [Fact]
    public async Task WhatIsInFlightAndInForceIsSeenBesideTheRunUntilItIsDone()
    {
        var until = new TaskCompletionSource();
        Server.Faults.Add(Fault.Stall(until.Task).On(S3Operation.PutObject));
        var run = Scene.Start("-u", "3", "--rescan-interval", "77", "-s", "6");
        await run.WaitForLine("watching", Scene.Limit);
        for (var i = 0; i < 5; i++)
            Scene.Write($"{i}.dat", 1000);
        var said = await StatusWhen(said => said.Contains("  in flight   5 with the uploaders, 0 to be deleted\n")
            && said.Contains($"\nuploads to {Scene.Bucket}: 3 under way, at most 3 for now; --uploader-threads allows no more\n"));
        Assert.Contains("in force: 3 uploads at the same time, 3 of them now, parts of 6.0 MB", said);
        Assert.Contains("scans every 77 s", said);
        Assert.All(said[said.IndexOf("in force", StringComparison.Ordinal)..].Split('\n'), line => Assert.True(line.Length <= 80, line));

        using (var json = await Status())
        {
            var (limits, flight) = (json.RootElement.GetProperty("limits"), json.RootElement.GetProperty("directories")[0].GetProperty("inFlight"));
            Assert.Equal((3, 77, 6 << 20, 0.2), (limits.GetProperty("uploaderThreads").GetInt32(), limits.GetProperty("rescanSeconds").GetInt32(), limits.GetProperty("partBytes").GetInt32(), limits.GetProperty("quietSeconds").GetDouble()));
            Assert.Equal((5, 0), (flight.GetProperty("uploading").GetInt32(), flight.GetProperty("deleting").GetInt32()));
            var uploads = json.RootElement.GetProperty("uploads")[0];
            Assert.Equal((Scene.Bucket, 3, 3, "setting"), (uploads.GetProperty("bucket").GetString(), uploads.GetProperty("underWay").GetInt32(), uploads.GetProperty("limit").GetInt32(), uploads.GetProperty("limitedBy").GetString()));
        }
        until.SetResult();
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        Scene.Write("later.dat", 1000);
        await Eventually.True(() => LedgerRows.Count(Scene.Ledger, "deleted IS NOT NULL") == 6, () => run.Output, Cancel);
        said = await StatusWhen(said => !said.Contains("in flight"));
        Assert.Matches("  found by    notification [1-6].* \\(24 hours\\)\n", said);
        using (var json = await Status())
        {
            var all = json.RootElement.GetProperty("directories")[0].GetProperty("inAll");
            // The first may have been seen by the scan at the start.
            Assert.Equal((6, 0), (all.GetProperty("foundBy").GetProperty("notification").GetInt32() + all.GetProperty("foundBy").GetProperty("startScan").GetInt32(), all.GetProperty("overflows").GetInt32()));
            Assert.Equal(Server.Count(S3Operation.PutObject), json.RootElement.GetProperty("requests").GetProperty("putObject").GetInt32());
        }
    }

    [Fact]
    public async Task AnEndpointThatFailsIsSaidUntilItWorksAndAfterACrashNothingIsInFlight()
    {
        Server.Faults.Add(Fault.Answer(503, "SlowDown"));
        Scene.Write("a.dat", 1000);
        var run = Scene.Start();
        await run.WaitForLine("the endpoint fails", Scene.Limit);
        var said = await StatusWhen(said => said.Contains("the endpoint has failed for "));
        await run.Kill();
        said = await Ask(0, ["status", .. AtLedger]);
        Assert.DoesNotContain("the endpoint has failed", said);
        Assert.DoesNotContain("in flight", said);
        Assert.DoesNotContain("in force", said);
        Server.Faults.Clear();
        await Scene.Drain();
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task ADrainReportsTheRequestsThatTheServerGot()
    {
        Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.UploadPart).Times(1));
        for (var i = 0; i < 4; i++)
            Scene.Write($"{i}.dat", 1000);
        Scene.Write("large.dat", 11 << 20);
        await Scene.Drain(more: ["-s", "5"]);
        int[] got = [.. new[] { S3Operation.PutObject, S3Operation.HeadObject, S3Operation.UploadPart, S3Operation.CreateMultipartUpload, S3Operation.CompleteMultipartUpload, S3Operation.AbortMultipartUpload }.Select(Server.Count), 0, 1];
        var day = DateTime.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        var said = await Ask(0, ["report", .. AtLedger]);
        Assert.Matches($@"\n  {day} +{string.Join(" +", got)}\n", said);
        Assert.All(said.Split('\n').Where(line => !line.Contains(Scene.Root)), line => Assert.True(line.Length <= 80, line));

        using var json = JsonDocument.Parse(await Ask(0, ["report", "--json", .. AtLedger]));
        Assert.Equal(got, json.RootElement.GetProperty("requests")[0].EnumerateObject().Skip(1).Select(property => property.Value.GetInt32()));
        Assert.Equal(got, json.RootElement.GetProperty("requestsInAll").EnumerateObject().Select(property => property.Value.GetInt32()));

        var lines = (await Ask(0, ["report", "--csv", .. AtLedger])).TrimEnd().Split('\n').Select(line => line.TrimEnd('\r').Split(',')).ToArray();
        Assert.All(lines, line => Assert.Equal(lines[0].Length, line.Length));
        Assert.Equal([day, "\"\""], lines[^1][..2]);
        Assert.Equal(got.Select(count => count.ToString(CultureInfo.InvariantCulture)), lines[^1][13..]);

        await Ask(0, ["report", "--html", Path.Combine(Scene.Place, "report.html"), .. AtLedger]);
        Assert.Contains($"<tr><td>{day}{string.Concat(got.Select(count => $"<td>{count}"))}\n", await File.ReadAllTextAsync(Path.Combine(Scene.Place, "report.html"), Cancel));
    }

    [Fact]
    public void ARescanAfterAnOverflowIsToldFromTheOthers()
    {
        var totals = new LedgerTotals(10, 0, 0, 0, 0, 0, 0) { Sources = new(5, 1, 2, 1, 1, 3) };
        Status status = new(1024 * LedgerCounters.HourInMilliseconds, "ledger", true, null, 1, [new(new(1, "/in", null, null), 1, 0, 0, null, totals, totals, totals, default, null, null)], []);
        Assert.Contains("  found by    notification 5, start scan 1, new directory 1,\n              scan after overflow 2, periodic scan 1,\n              notifications lost 3 times (24 hours)\n", StatusText.Of(status, null));
    }

    /// <summary>What status says as soon as it is so: a run writes it within a second or so.</summary>
    async Task<string> StatusWhen(Func<string, bool> isSo)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var said = await Ask(0, ["status", .. AtLedger]);
            if (isSo(said))
                return said;
            Assert.True(watch.Elapsed < Scene.Limit, said);
        }
    }

    Task<string> Explain(string path, params string[] more) => Ask(0, ["explain", Scene.FullPath(path), .. AtLedger, .. more]);

    async Task<JsonDocument> Status() => JsonDocument.Parse(await Ask(0, ["status", "--json", .. AtLedger]));
}
