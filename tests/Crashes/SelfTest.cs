using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;

namespace S3Sync.Tests.Crashes;

/// <summary>
/// "self-test": kills the program at random instants, as often as one likes, on the tests' own servers or below a prefix of one's own bucket, and says
/// whether a file was lost. Ends with 0 only if none was.
/// </summary>
static class SelfTest
{
    const int KillsPerRound = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        if (SelfTestOptions.Read(args, out var error) is not { } options)
        {
            Console.Error.WriteLine($"self-test: error: {error}\n{SelfTestOptions.Usage}");
            return 2;
        }
        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            // Ended in order, so that the bucket is cleaned up.
            signal.Cancel = true;
            interrupted.Cancel();
        });
        try
        {
            return await RunAsync(options, interrupted.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AmazonServiceException or AmazonClientException or HttpRequestException or InvalidOperationException or TimeoutException)
        {
            Console.Error.WriteLine(interrupted.IsCancellationRequested ? "self-test: interrupted" : $"self-test: error: {e.Message}");
            return 1;
        }
        finally
        {
            await RadosGateway.StopShared();
        }
    }

    static async Task<int> RunAsync(SelfTestOptions options, CancellationToken cancel)
    {
        var executable = Path.GetFullPath(options.Executable ?? (await PublishedExe.Shared).Path);
        await using var local = options is { Bucket: null, RadosGateway: false } ? await S3Server.Start() : null;
        var url = local?.Url ?? (options.RadosGateway ? (await RadosGateway.Shared).Url : options.Endpoint);
        var server = local is not null ? "local S3 server" : options.RadosGateway ? "Ceph radosgw" : options.Endpoint is null ? "AWS" : "own endpoint";
        var below = $"{(options.Prefix is { } prefix ? prefix + "/" : "")}s3sync-self-test-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{options.Seed}/";
        using var target = options.Bucket is { } own ? Target.Own(url, own, below) : Target.Local(url!, "self-test", below);
        if (options.Bucket is null)
            await target.CreateBucket(cancel);
        await target.Check(cancel);
        Console.WriteLine($"{options.Kills:N0} kills, seed {options.Seed}, {server}, s3://{target.Bucket}/{target.Prefix}, {executable}");
        var sum = new Verdict(server, options.Seed);
        var watch = Stopwatch.StartNew();
        var random = new Random(options.Seed);
        for (var done = 0; done < options.Kills && sum.Violations.Count == 0; done += KillsPerRound)
        {
            var round = new KillRound(new(executable, url, Variables(options)), target.Below($"{done / KillsPerRound}"), random.Next());
            sum.Add(await round.Run(Math.Min(KillsPerRound, options.Kills - done), cancel));
            Console.WriteLine($"{watch.Elapsed.TotalSeconds,6:0} s  {sum}");
        }
        sum.Took = watch.Elapsed;
        foreach (var violation in sum.Violations.Take(20))
            Console.Error.WriteLine($"VIOLATION: {violation}");
        Console.WriteLine($"verdict: {(sum.Violations.Count == 0 ? "nothing was lost" : "WRONG: see above")}; {sum}");
        if (options.Result is { } file)
            await File.WriteAllTextAsync(file, sum.Markdown($"self-test --kills {options.Kills}{(options.RadosGateway ? " --radosgw" : "")} --seed {options.Seed}"), CancellationToken.None);
        return sum.Violations.Count == 0 ? 0 : 1;
    }

    /// <summary>With a bucket of one's own the program needs one's own credentials, which are the AWS_ variables and what is below one's home.</summary>
    static Dictionary<string, string?> Variables(SelfTestOptions options)
    {
        var variables = new Dictionary<string, string?>();
        if (options.Bucket is null)
            return variables;
        foreach (var name in (string[])["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "HOME", "USERPROFILE"])
            variables[name] = Environment.GetEnvironmentVariable(name);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (variable.Key is string name && name.StartsWith("AWS_", StringComparison.Ordinal))
                variables[name] = (string?)variable.Value;
        // The endpoint is named by --endpoint, and the program refuses to guess.
        variables.Remove("AWS_ENDPOINT_URL");
        return variables;
    }
}
