using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Threading;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>The exit codes, which a service manager may act on.</summary>
static class Exit
{
    /// <summary>Stopped, or drained.</summary>
    public const int Done = 0;

    /// <summary>Failed while running; starting again makes sense.</summary>
    public const int Failed = 1;

    /// <summary>The settings are wrong; starting again does not help.</summary>
    public const int BadSettings = 2;

    /// <summary>Drained, but some files are parked or are still being written, or some directories could not be read.</summary>
    public const int Parked = 3;

    /// <summary>Another instance holds the ledger.</summary>
    public const int Held = 4;

    /// <summary>An audit found that something with a receipt is not in the bucket, or is something else.</summary>
    public const int Mismatch = 5;
}

/// <summary>How the program speaks of itself, and to a person.</summary>
static class Product
{
    public static string Version { get; } = typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";

    /// <summary>Says every problem on standard error.</summary>
    public static int Refuse(IReadOnlyList<Problem> problems)
    {
        foreach (var problem in problems)
        {
            Say(problem);
        }
        return Exit.BadSettings;
    }

    /// <summary>What ended a command or a run, in words, with what to do.</summary>
    public static Problem Explain(Exception failure) => failure switch
    {
        LedgerException e => new(e.Message, e.Hint),
        _ when Limits.Of(failure) is { } limit => limit,
        WrongBucketsException => new(failure.Message, "look at the name of the bucket, and at its region and account; s3sync check with the same options tells more"),
        TimeoutException => new(failure.Message, "look at the network, the proxy and the endpoint; --patience sets how long to wait"),
        IOException or UnauthorizedAccessException => new(failure.Message, "see that this account may use it, and that its disk works"),
        _ => new($"{failure.GetType().Name}: {failure.Message}", "this should not happen: please report it, with the log; nothing is lost, the next start resumes"),
    };

    public static void Say(Problem problem)
    {
        Console.Error.WriteLine($"s3sync: error: {problem.What}");
        Console.Error.WriteLine($"s3sync: hint: {problem.Hint}");
    }

    /// <summary>The same at the end of a run, which a service manager waits for: not for longer than half a second where standard error takes nothing.</summary>
    public static void SayBriefly(Problem problem)
    {
        var saying = new Thread(() => Say(problem)) { IsBackground = true };
        saying.Start();
        saying.Join(TimeSpan.FromSeconds(0.5));
    }

    /// <summary>Says what a run did, in one line.</summary>
    public static void SayEnd(this ILogger log, Pipeline pipeline, in RunResult result)
    {
        var tally = pipeline.Tally;
        var rest = "";
        foreach (var (count, what) in (ReadOnlySpan<(long, string)>)
        [
            (tally.Adopted, "in the bucket already"), (tally.Vanished, "gone before their upload"), (tally.Again, "left alone as their names were used before"),
            (pipeline.Unnameable, "ignored as their names are not UTF-8"), (result.Parked, "parked"), (pipeline.Overflows, "times notifications were lost"),
            (pipeline.LeftOut, "left out by the filters"), (result.Unseen, "directories that could not be read"), (result.Later, "that came later, which the next run takes"),
        ])
        {
            rest += count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count:N0} {what}");
        }
        log.Ended(tally.Found, tally.Uploaded, tally.Bytes, tally.Deleted, result.Pending, rest);
    }
}
