using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;

namespace S3Sync.Tests.Support;

/// <summary>
/// "demo": the main job on real files, with a local S3 server and no account. Files lie there before the program starts, more arrive in every way
/// files arrive while it runs; at the end every object is compared with what was produced. Ends with 0 only if all is right.
/// </summary>
static class Demo
{
    const string Bucket = "demo";
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0)
        {
            Console.Error.WriteLine($"demo: error: what is {args[0]}?\nusage: demo");
            return 2;
        }
        using var limit = new CancellationTokenSource(Limit);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            // Ended in order, so that program and files are cleaned away.
            signal.Cancel = true;
            limit.Cancel();
        });
        try
        {
            return await ShowAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"demo: error: not done within {Limit.TotalMinutes:0} minutes, or interrupted");
            return 1;
        }
        // The program ended early, or did not end.
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            Console.Error.WriteLine($"demo: error: {e.Message}");
            return 1;
        }
    }

    static async Task<int> ShowAsync(CancellationToken cancel)
    {
        using var place = new TemporaryDirectory();
        await using var server = await S3Server.Start(new(), Bucket);
        var executable = Executable(out var kind);
        Console.WriteLine($"local S3 server   {server.Url}, bucket {Bucket}");
        Console.WriteLine($"program           {executable} ({kind})");
        Console.WriteLine($"watched directory {place["out"]}");

        var producer = new DemoProducer(place["out"]);
        producer.Before();
        Console.WriteLine($"{producer.Files.Count:N0} files of {producer.Files.Sum(file => file.Value.Size):N0} bytes are there before it starts\n");
        var watch = Stopwatch.StartNew();
        await using var run = ProgramRun.Start(executable, place.Path, new Dictionary<string, string?>(),
            "-w", place["out"], "-b", Bucket, "--endpoint", server.Url, "--ledger", place["state/ledger.db"], "-i", "0.5");
        var arrivals = Task.Run(() => producer.Live(cancel), cancel);
        await ShowUntilDone(run, server, producer, arrivals, watch, cancel);
        await arrivals;
        return await StopAndVerify(run, server, producer, watch, cancel);
    }

    /// <summary>Prints a line a second until everything has arrived in the bucket and left the disk.</summary>
    static async Task ShowUntilDone(ProgramRun run, S3Server server, DemoProducer producer, Task arrivals, Stopwatch watch, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do
        {
            var left = Directory.EnumerateFiles(producer.Root, "*", SearchOption.AllDirectories).Count();
            var stored = server.Objects(Bucket).Count;
            Console.WriteLine($"{watch.Elapsed.TotalSeconds,5:0.0} s   produced {producer.Files.Count,6:N0}   in the bucket {stored,6:N0}   still on disk {left,6:N0}");
            if (arrivals.IsCompleted && left == 0 && stored == producer.Files.Count)
            {
                return;
            }
            if (run.HasExited)
            {
                throw new InvalidOperationException($"the program ended by itself:\n{run.Output}");
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    static async Task<int> StopAndVerify(ProgramRun run, S3Server server, DemoProducer producer, Stopwatch watch, CancellationToken cancel)
    {
        var ended = "killed, as there is no Ctrl+C to send here";
        if (OperatingSystem.IsWindows())
        {
            await run.Kill();
        }
        else
        {
            run.Signal(ProgramRun.Interrupt);
            var code = await run.Exit(TimeSpan.FromSeconds(30));
            ended = $"stopped by Ctrl+C with exit code {code}";
            if (code != 0)
            {
                Console.Error.WriteLine(run.Output);
                return 1;
            }
        }
        Console.WriteLine($"\nprogram           {ended}; it said last:\n                  {run.Output.Split('\n')[^1]}");
        var view = new BucketView(server.Url, Bucket);
        var objects = await view.List(cancel);
        var wrong = 0;
        foreach (var (path, file) in producer.Files)
        {
            var key = "out/" + path;
            var right = objects.Remove(key, out var listed) && listed.Size == file.Size && Pattern.Matches(file.Seed, 0, await view.Get(key, cancel));
            if (!right)
            {
                wrong++;
                Console.Error.WriteLine($"WRONG: {key}");
            }
        }
        Console.WriteLine($"verified          {producer.Files.Count:N0} objects byte for byte: {producer.Files.Count - wrong:N0} right, {wrong} wrong, {objects.Count} that nobody produced");
        Console.WriteLine($"took              {watch.Elapsed.TotalSeconds:0.0} s, most of it for files to arrive");
        return wrong == 0 && objects.Count == 0 ? 0 : 1;
    }

    /// <summary>The native executable if there is one that is newer than the sources, else what was built with these tests.</summary>
    static string Executable(out string kind)
    {
        if (Repository.IsHere && PublishedExe.IsUpToDate)
        {
            kind = "the published native executable";
            return PublishedExe.Executable;
        }
        kind = "as built; dotnet publish makes the native one";
        // Not the copy beside the tests: assemblies that come with ASP.NET Core are missing there, as the tests get them from the runtime.
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Join(built.Parent!.Parent!.FullName, "s3sync", built.Name, OperatingSystem.IsWindows() ? "s3sync.exe" : "s3sync");
    }
}
