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

    readonly Conditions conditions;

    public NullServerProcess(string floor, Conditions conditions = default)
    {
        this.conditions = conditions;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        process = Process.Start(new ProcessStartInfo(floor, ["server", new Uri(Url).Port.ToString(CultureInfo.InvariantCulture), .. conditions.ToArguments()]) { RedirectStandardOutput = true })!;
        if (process.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException("the null server did not start");
        }
    }

    public string Url { get; }

    public string Name => conditions.ToString();

    public string Checksum => "crc64nvme";

    public async Task<(Seen Seen, Dictionary<string, StoredObject> Objects)> ObjectsAsync()
    {
        var (seen, objects) = await AskAsync();
        return (seen, objects.ToDictionary(pair => pair.Key[(Contender.Bucket.Length + 2)..], pair => pair.Value));
    }

    public Task ForgetAsync() => client.DeleteAsync($"{Url}/_objects");

    /// <summary>What it saw, and every object by its bucket and key.</summary>
    public async Task<(Seen Seen, Dictionary<string, StoredObject> Objects)> AskAsync()
    {
        using var answer = new System.IO.StreamReader(await client.GetStreamAsync($"{Url}/_objects"));
        var seen = Seen.Parse((await answer.ReadLineAsync())!);
        var objects = new Dictionary<string, StoredObject>();
        while (await answer.ReadLineAsync() is { } line)
        {
            var fields = line.Split('\t');
            objects.Add(fields[0], new(long.Parse(fields[1]), ulong.Parse(fields[2], NumberStyles.HexNumber), long.Parse(fields[3])));
        }
        return (seen, objects);
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        client.Dispose();
    }
}
