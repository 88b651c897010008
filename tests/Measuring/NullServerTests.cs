using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Benchmarks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Measuring;

/// <summary>
/// What the comparisons measure with is what it says it is: a null server's latency, rate and line, and the floor's
/// connections.
/// </summary>
public sealed class NullServerTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// Late by what the machine does besides is not the server's fault, so the quickest answer counts.
    /// </summary>
    [LinuxFact]
    public async Task AnAnswerComesWhenItsLatencyIsOverAndNoSooner()
    {
        using var server = new Served(new(Latency: 60, Jitter: 20, 0, 0, 0, 0));
        var times = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            Assert.Equal(HttpStatusCode.OK, await server.PutAsync($"a{i}", 100));
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        Assert.InRange(times.Min(), 40, 70);
        Assert.InRange(times.Max() - times.Min(), 5, double.MaxValue);
    }

    [LinuxFact]
    public async Task ALatencyCountsFromARequestsLastByte()
    {
        using var server = new Served(new(Latency: 100, 0, Line: 1, 0, 0, 0));
        var begun = Stopwatch.GetTimestamp();
        await server.PutAsync("a", 200_000);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 299, double.MaxValue);
    }

    [LinuxFact]
    public async Task WhatIsAboveTheRateIsToldToSlowDownAndIsNoObject()
    {
        const int perSecond = 50, depth = 10, writes = 40;
        using var server = new Served(new(0, 0, 0, Rate: perSecond, Depth: depth, 0));
        var begun = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, writes).Select(i => server.PutAsync($"a{i}", 10)));
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var taken = answers.Count(status => status == HttpStatusCode.OK);
        Assert.InRange(taken, depth, depth + (int)(seconds * perSecond) + 1);
        Assert.Equal(writes - taken, answers.Count(status => status == HttpStatusCode.ServiceUnavailable));
        Assert.Equal((writes - taken, taken), ((await server.DoneAsync()).Refused, server.Objects));
        // Reading is not limited.
        Assert.Equal(HttpStatusCode.NotFound, await server.AskAsync(HttpMethod.Head, "none"));
    }

    [LinuxFact]
    public async Task ARefusalIsWordedAsS3WordsIt()
    {
        using var server = new Served(new(0, 0, 0, Rate: 0.001, Depth: 1, 0));
        await server.PutAsync("first", 10);
        using var content = new ByteArrayContent(new byte[10]);
        using var answer = await server.Client.PutAsync($"{server.Url}/bucket/second", content, Cancel);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Slow Down"), (answer.StatusCode, answer.ReasonPhrase));
        Assert.Contains("<Code>SlowDown</Code>", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [LinuxFact]
    public Task OneConnectionGetsTheWholeLine() => TakesTheLineAsync(1);

    [LinuxFact]
    public Task ManyConnectionsGetTheSameOfTheLine() => TakesTheLineAsync(8);

    /// <summary>
    /// Heads are a part of what a line carries, and it carries no more with several connections than with one.
    /// </summary>
    static async Task TakesTheLineAsync(int connections)
    {
        const double megabytes = 2;
        const int bytes = 480_000;
        using var server = new Served(new(0, 0, Line: megabytes, 0, 0, 0));
        var begun = Stopwatch.GetTimestamp();
        var ends = await Task.WhenAll(Enumerable.Range(0, connections).Select(async i =>
        {
            await server.PutAsync($"a{i}", bytes / connections);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }));
        const double whole = bytes / (megabytes * 1e6);
        Assert.InRange(ends.Max(), whole, double.MaxValue);
        Assert.InRange(ends.Min(), whole * 0.7, double.MaxValue);
        // A machine that is busy makes the line wait, so this is wide below.
        Assert.InRange((await server.DoneAsync()).Megabytes, megabytes / 2, megabytes);
    }

    [LinuxFact]
    public async Task TheFloorHasAsManyRequestsUnderWayAsItIsAsked()
    {
        const int connections = 64, files = 256;
        using var place = new TemporaryDirectory();
        for (var i = 0; i < files; i++)
        {
            await File.WriteAllBytesAsync(place[$"{i}"], new byte[100], Cancel);
        }
        using var server = new Served(new(Latency: 200, 0, 0, 0, 0, 0));
        await new RawLoop(new(server.Url), "bucket", place.Path, connections, careful: false).RunAsync();
        var seen = await server.DoneAsync();
        Assert.Equal((connections, (long)files, files), (seen.MostUnderWay, seen.Requests, server.Objects));
        Assert.InRange(seen.P50.TotalMilliseconds, 196, double.MaxValue);
        Assert.Empty(Directory.EnumerateFiles(place.Path));
    }

    [LinuxFact]
    public async Task WhatAClientGivesUpIsCountedAndIsNoLongerUnderWay()
    {
        using var server = new Served(new(Latency: 300, 0, 0, 0, 0, 0));
        using var given = new CancellationTokenSource();
        var asked = server.AskAsync(HttpMethod.Head, "none", given.Token);
        await Eventually.True(() => server.Seen.MostUnderWay == 1, () => "no request came", Cancel);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await Eventually.True(() => server.Seen.Broken == 1, () => $"{server.Seen}", Cancel);
        await server.PutAsync("next", 10);
        Assert.Equal((1, 1L), (server.Seen.MostUnderWay, server.Seen.Broken));
    }

    /// <summary>A null server in this process.</summary>
    sealed class Served : IDisposable
    {
        readonly NullServer server;

        public Served(Conditions conditions)
        {
            server = new(0, conditions);
            new Thread(server.Run) { IsBackground = true }.Start();
        }

        public HttpClient Client { get; } = new();

        public string Url => $"http://127.0.0.1:{server.Port}";

        public Seen Seen => Seen.Parse(server.Traffic.ToString());

        /// <summary>What it saw once all is done: a client has its answer before the server has counted it.</summary>
        public async Task<Seen> DoneAsync()
        {
            await Eventually.True(() => server.Traffic.UnderWay == 0, () => $"{Seen}", default);
            return Seen;
        }

        /// <summary>How many there are.</summary>
        public int Objects => server.Dump().Count(letter => letter == '\n') - 1;

        public async Task<HttpStatusCode> PutAsync(string key, int bytes)
        {
            using var content = new ByteArrayContent(new byte[bytes]);
            using var answer = await Client.PutAsync($"{Url}/bucket/{key}", content);
            return answer.StatusCode;
        }

        public async Task<HttpStatusCode> AskAsync(HttpMethod method, string key, CancellationToken cancel = default)
        {
            using var request = new HttpRequestMessage(method, $"{Url}/bucket/{key}");
            using var answer = await Client.SendAsync(request, cancel);
            return answer.StatusCode;
        }

        public void Dispose()
        {
            server.Dispose();
            Client.Dispose();
        }
    }
}
