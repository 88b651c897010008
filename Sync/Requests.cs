using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// Requests of an operator to a run: files in a directory next to the ledger, written under another name and renamed, taken and removed by the run. So
/// nobody but the run ever writes its ledger. The directory is of this account alone (<see cref="IPrivateDirectory"/>); what in it is no regular file of
/// a bounded size stays where it is. The kernel tells of requests: nothing is polled.
/// </summary>
sealed class Requests : IDisposable
{
    const string Ending = ".request";
    // Two paths, however long they are.
    const int MostBytes = 256 * 1024;
    // Requests are taken one by one as they come; so many names at once are somebody's mistake, and the rest has its turn after them.
    const int MostNames = 10_000, MostSaid = 100;
    // What is under way is one read of a local file.
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(0.5);

    readonly string directory;
    readonly IPrivateDirectory opened;
    readonly IWatch watch;
    readonly Action<OperatorRequest> ask;
    readonly ILogger log;
    readonly Thread thread;
    // Names that stay there; of the thread.
    readonly HashSet<string> said = new(StringComparer.Ordinal);
    volatile bool stopping;

    Requests(string directory, IPrivateDirectory opened, IWatch watch, Action<OperatorRequest> ask, ILogger log)
    {
        this.directory = directory;
        this.opened = opened;
        this.watch = watch;
        this.ask = ask;
        this.log = log;
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
        IPrivateDirectory? opened = null;
        try
        {
            opened = Platform.OpenPrivate(directory, make: true);
            var requests = new Requests(directory, opened, Platform.OpenWatch(4096), ask, log);
            requests.thread.Start();
            return requests;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            opened?.Dispose();
            log.Caution($"no requests are taken, so that s3sync retry cannot reach this run: {e.Message}");
            return null;
        }
    }

    /// <summary>Asks the run of a ledger; returns the file that is there until it was taken.</summary>
    /// <param name="ledger">The ledger's path.</param>
    public static string Write(string ledger, OperatorRequest request)
    {
        using var directory = Platform.OpenPrivate(DirectoryOf(ledger), make: false);
        var name = Guid.NewGuid().ToString("n");
        directory.Write(name, name + Ending, Encoding.UTF8.GetBytes(request.ToString()));
        return Path.Join(DirectoryOf(ledger), name + Ending);
    }

    public void Dispose()
    {
        stopping = true;
        watch.Wake();
        // The end of a run waits for nobody.
        if (thread.Join(LongestEnd))
        {
            watch.Dispose();
            opened.Dispose();
        }
    }

    void Run()
    {
        // Watched first, then listed: nothing falls between.
        if (watch.Open(0, directory, out var error) != WatchState.Watching)
        {
            log.Caution($"{Shown.Name(directory)} cannot be watched, so that s3sync retry reaches this run at its next start: {watch.Explain(error)}");
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
            foreach (var name in opened.Names(MostNames))
            {
                if (name.EndsWith(Ending, StringComparison.Ordinal) && !stopping)
                {
                    Take(name);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Caution($"{Shown.Name(directory)}: {e.Message}");
        }
    }

    void Take(string name)
    {
        if (opened.Read(name, MostBytes, out var why) is not { } bytes)
        {
            if (why is not null && said.Count < MostSaid && said.Add(name))
            {
                log.Caution($"{Shown.Name(Path.Join(directory, name))} is not taken as a request: {why}; it stays there");
            }
            return;
        }
        opened.Remove(name);
        var text = Encoding.UTF8.GetString(bytes);
        if (OperatorRequest.Parse(text) is { } request)
        {
            ask(request);
        }
        else
        {
            log.Caution($"{Shown.Name(Path.Join(directory, name))} is no request: removed");
        }
    }
}
