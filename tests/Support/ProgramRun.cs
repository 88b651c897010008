using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// The real program as a child process, in an environment that holds nothing but what is given. Disposing it kills it, by its id.
/// All members may be used from any thread.
/// </summary>
sealed partial class ProgramRun : IAsyncDisposable
{
    public const int Interrupt = 2, Kill9 = 9, Terminate = 15;

    /// <summary>What a program has said is there when it has ended, unless somebody else holds its output.</summary>
    static readonly TimeSpan OutputLimit = TimeSpan.FromMinutes(1);

    readonly Process process;
    readonly Lock gate = new();
    readonly List<string> lines = [];
    readonly Task reading;
    int isDisposed;
    bool leaked;
    TaskCompletionSource said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ProgramRun(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(Read(process.StandardOutput), Read(process.StandardError));
    }

    /// <summary>Starts it.</summary>
    /// <param name="executable">The program itself.</param>
    /// <param name="home">Its home and working directory.</param>
    /// <param name="environment">Further variables; null takes one away.</param>
    /// <param name="arguments">Its command line.</param>
    public static ProgramRun Start(string executable, string home, IReadOnlyDictionary<string, string?> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        // What a process needs to run at all, on either system, and an apphost to find its runtime.
        var kept = new[] { "PATH", "SystemRoot", "SystemDrive", "TEMP", "TMP", "TMPDIR", "DOTNET_ROOT" }
            .Select(name => (name, Environment.GetEnvironmentVariable(name))).Where(pair => pair.Item2 is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
            start.Environment[name] = value;
        // Whoever runs the tests may have an account: nothing of it may be found.
        foreach (var (name, value) in Identity(home).Concat(environment))
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new(process);
    }

    /// <summary>The identity the tests' servers know, and nothing else.</summary>
    static IEnumerable<KeyValuePair<string, string?>> Identity(string home) =>
    [
        new("HOME", home),
        new("USERPROFILE", home),
        new("AWS_ACCESS_KEY_ID", TestCredentials.AccessKey),
        new("AWS_SECRET_ACCESS_KEY", TestCredentials.SecretKey),
        new("AWS_REGION", TestCredentials.Region),
        new("AWS_EC2_METADATA_DISABLED", "true"),
        new("AWS_CONFIG_FILE", Path.Combine(home, "no-aws-config")),
        new("AWS_SHARED_CREDENTIALS_FILE", Path.Combine(home, "no-aws-credentials")),
    ];

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Everything it has said so far, of both streams.</summary>
    public string Output
    {
        get
        {
            lock (gate)
                return string.Join('\n', lines);
        }
    }

    /// <summary>How many of the lines so far hold the text.</summary>
    public int Count(string text)
    {
        lock (gate)
            return lines.Count(line => line.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>Waits until a line holds the text; throws when the program ends or the limit passes before.</summary>
    public async Task WaitForLine(string text, TimeSpan limit)
    {
        if (!await Says(text, limit))
            throw new TimeoutException($"the program did not say \"{text}\" but:\n{Tail()}");
    }

    /// <summary>Waits until a line holds the text: true then; false when the program ends or the limit passes before.</summary>
    public Task<bool> Says(string text, TimeSpan limit) => WaitUntil(() => Count(text) > 0, limit);

    /// <summary>Waits until it has said so many lines, or has ended.</summary>
    public Task WaitForLines(int count, TimeSpan limit) => WaitUntil(() => Count("") >= count, limit);

    /// <summary>True as soon as the condition holds; false when the program has ended or the limit has passed.</summary>
    async Task<bool> WaitUntil(Func<bool> condition, TimeSpan limit)
    {
        using var expired = new CancellationTokenSource(limit);
        var expiry = Task.Delay(Timeout.Infinite, expired.Token);
        while (true)
        {
            Task next;
            // Taken before the look: a line between the two wakes us at once.
            lock (gate)
                next = said.Task;
            if (condition())
                return true;
            if (expiry.IsCompleted || reading.IsCompleted)
                return false;
            await Task.WhenAny(next, reading, expiry);
        }
    }

    /// <summary>Waits for its end and returns the exit code; kills it and throws when the limit passes before.</summary>
    public async Task<int> Exit(TimeSpan limit)
    {
        using var expired = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(expired.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            await reading.WaitAsync(OutputLimit, CancellationToken.None);
            throw new TimeoutException($"the program did not end within {limit}:\n{Tail()}");
        }
        try
        {
            await reading.WaitAsync(OutputLimit, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"the program ended with {process.ExitCode}, but another one that it started holds its output open:\n{Tail()}");
        }
        return process.ExitCode;
    }

    /// <summary>Sends a signal, on Linux. Nothing happens where the program has ended.</summary>
    public void Signal(int signal)
    {
        if (!process.HasExited)
            _ = Send(process.Id, signal);
    }

    /// <summary>Ends it without warning, as a crash would.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        if (!process.HasExited)
            await Kill();
        await reading.WaitAsync(OutputLimit);
        process.Dispose();
        if (leaked)
            throw new InvalidOperationException($"the program has said a secret:\n{Tail()}");
    }

    string Tail()
    {
        lock (gate)
            return string.Join('\n', lines.TakeLast(40));
    }

    async Task Read(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            TaskCompletionSource woken;
            lock (gate)
            {
                leaked |= line.Contains(TestCredentials.SecretKey, StringComparison.Ordinal) || line.Contains("Signature=", StringComparison.Ordinal) || line.Contains("AWS4-HMAC", StringComparison.Ordinal);
                lines.Add(line);
                woken = said;
                said = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            woken.SetResult();
        }
    }

    /// <summary>kill(2).</summary>
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int id, int signal);
}
