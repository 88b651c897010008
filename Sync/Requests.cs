using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// What a person asks of a run from beside it: files in a directory next to the ledger, written under another name and renamed, taken and removed
/// by the run. So nobody but the run ever writes its ledger, and whoever may write there may ask. The kernel tells of them: nothing is polled.
/// </summary>
sealed class Requests : IDisposable
{
    const string Ending = ".request";
    // Two paths, however long they are.
    const long MostBytes = 256 * 1024;

    readonly string directory;
    readonly IWatch watch;
    readonly Action<OperatorRequest> ask;
    readonly ILogger log;
    readonly Thread thread;
    volatile bool stopping;

    Requests(string directory, IWatch watch, Action<OperatorRequest> ask, ILogger log)
    {
        (this.directory, this.watch, this.ask, this.log) = (directory, watch, ask, log);
        thread = new(Run) { Name = "requests", IsBackground = true };
    }

    /// <summary>Where the requests to the run of this ledger go.</summary>
    public static string DirectoryOf(string ledger) => ledger + ".requests";

    /// <summary>Begins to take requests. Where there can be no such directory none are taken, and that is said.</summary>
    /// <param name="ledger">The ledger's path.</param>
    /// <param name="ask">Called for each, on a thread of its own.</param>
    /// <param name="log">Takes what could not be done.</param>
    public static Requests? Open(string ledger, Action<OperatorRequest> ask, ILogger log)
    {
        var directory = DirectoryOf(ledger);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            var requests = new Requests(directory, Platform.OpenWatch(4096), ask, log);
            requests.thread.Start();
            return requests;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Caution($"{Shown.Name(directory)}: {e.Message}: s3sync retry cannot reach this run");
            return null;
        }
    }

    /// <summary>Asks the run of a ledger; returns the file that is there until it was taken.</summary>
    /// <param name="ledger">The ledger's path.</param>
    public static string Write(string ledger, OperatorRequest request)
    {
        var name = Path.Join(DirectoryOf(ledger), Guid.NewGuid().ToString("n"));
        File.WriteAllText(name, request.ToString());
        File.Move(name, name + Ending);
        return name + Ending;
    }

    public void Dispose()
    {
        stopping = true;
        watch.Wake();
        thread.Join();
        watch.Dispose();
    }

    void Run()
    {
        // Watched first, then listed: nothing falls between.
        if (watch.Open(0, directory, out var error) != WatchState.Watching || !watch.Cover(0, ""))
        {
            log.Caution($"{Shown.Name(directory)} cannot be watched (system error {error}): s3sync retry reaches this run at its next start");
        }
        List<Notification> news = [];
        while (!stopping)
        {
            Take();
            news.Clear();
            watch.Wait(Timeout.InfiniteTimeSpan, news);
        }
    }

    void Take()
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*" + Ending))
            {
                var text = new FileInfo(file).Length <= MostBytes ? File.ReadAllText(file, Encoding.UTF8) : "";
                File.Delete(file);
                if (OperatorRequest.Parse(text) is { } request)
                {
                    ask(request);
                }
                else
                {
                    log.Caution($"{Shown.Name(file)} is no request: removed");
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Caution($"{Shown.Name(directory)}: {e.Message}");
        }
    }
}
