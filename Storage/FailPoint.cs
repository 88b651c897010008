using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

namespace S3Sync.Storage;

/// <summary>
/// Steps at which a test build (-p:FailPoints=true) can be told to die or to fail. In every other build the calls are not even compiled
/// (ConditionalAttribute), so the released executable holds nothing of this. Any thread.
/// The variable FAILPOINT says what to do, several things with ';' between: "exit POINT N" ends the process as a crash would when POINT is
/// reached for the N-th time, "late POINT N" does so after a moment in which all other threads go on, "fail POINT N" throws there, "list" says each reach on standard error.
/// </summary>
static class FailPoint
{
    // Not S3SYNC_...: the program refuses variables of its own that it does not know.
    static readonly Order[] Orders = [.. (Environment.GetEnvironmentVariable("FAILPOINT") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(order => new Order(order.Split(' ')))];

    // A commit takes a millisecond at most, a deletion less.
    static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    /// <summary>Says that the step is reached. Throws <see cref="LedgerException"/> at a point of the ledger, else <see cref="IOException"/>, where told to fail.</summary>
    [Conditional("FAILPOINTS")]
    public static void Reach(string point)
    {
        foreach (var order in Orders)
        {
            order.Reached(point);
        }
    }

    /// <summary>One thing to do.</summary>
    /// <param name="words">What, where and at which reach.</param>
    sealed class Order(string[] words)
    {
        readonly int number = words.Length > 2 ? int.Parse(words[2]) : 1;
        int reached;

        public void Reached(string point)
        {
            switch (words)
            {
                case ["list"]:
                    Console.Error.WriteLine($"failpoint {point}");
                    break;
                case [var what, var where, ..] when where == point && Interlocked.Increment(ref reached) == number:
                    Act(what, point);
                    break;
                default:
                    break;
            }
        }

        static void Act(string what, string point)
        {
            if (what is "exit" or "late")
            {
                // Whoever does not wait for this thread, but has to, does in this moment what must not be done yet.
                Thread.CurrentThread.Join(what == "late" ? Moment : TimeSpan.Zero);
                // SIGKILL, or TerminateProcess: nothing of ours runs any more, no buffer is flushed, no lock given back by us.
                Process.GetCurrentProcess().Kill();
                Thread.CurrentThread.Join();
            }
            var message = $"fail point {point}";
            throw point.StartsWith("ledger.", StringComparison.Ordinal) ? new LedgerException(message, "this is a test") : new IOException(message);
        }
    }
}
