using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace S3Sync.Benchmarks;

/// <summary>The null server in a process of its own, and what it says it was sent.</summary>
sealed class NullServerProcess : IComparisonServer
{
    readonly Process process;
    readonly HttpClient client = new();

    public NullServerProcess(string floor)
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        process = Process.Start(new ProcessStartInfo(floor, ["server", new Uri(Url).Port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        if (process.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException("the null server did not start");
        }
    }

    public string Url { get; }

    public string Name => "the null server on loopback";

    public string Checksum => "crc64nvme";

    public async Task<Dictionary<string, (long Length, ulong Hash)>> ObjectsAsync() =>
        (await AskAsync()).Objects.ToDictionary(pair => pair.Key[(Contender.Bucket.Length + 2)..], pair => (pair.Value.Length, pair.Value.Hash));

    public Task ForgetAsync() => client.DeleteAsync($"{Url}/_objects");

    /// <summary>How many requests there were, when the first came, and every object by its key with when it was there; times in microseconds since 1970.</summary>
    public async Task<(long Requests, long First, Dictionary<string, (long Length, ulong Hash, long Time)> Objects)> AskAsync()
    {
        using var answer = new System.IO.StreamReader(await client.GetStreamAsync($"{Url}/_objects"));
        var first = (await answer.ReadLineAsync())!.Split(' ');
        var objects = new Dictionary<string, (long, ulong, long)>();
        while (await answer.ReadLineAsync() is { } line)
        {
            var fields = line.Split('\t');
            objects.Add(fields[0], (long.Parse(fields[1]), ulong.Parse(fields[2], NumberStyles.HexNumber), long.Parse(fields[3])));
        }
        return (long.Parse(first[0]), long.Parse(first[1]), objects);
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        client.Dispose();
    }
}
