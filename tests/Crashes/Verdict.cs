using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace S3Sync.Tests.Crashes;

/// <summary>The sum of a self-test, round by round.</summary>
sealed class Verdict(string server, int seed)
{
    int kills, waiting, deleting, files, multipart, proven, aborted;
    long bytes;

    public List<string> Violations { get; } = [];

    public TimeSpan Took { get; set; }

    /// <summary>The head of <see cref="Row"/>.</summary>
    public const string Head = """
        | server | seed | kills | with files to upload | with files to delete | multipart uploads left behind | files | of these in parts | bytes | right in the bucket | violations |
        |---|---|---|---|---|---|---|---|---|---|---|
        """;

    public string Row => string.Create(CultureInfo.InvariantCulture,
        $"| {server} | {seed} | {kills:N0} | {waiting:N0} | {deleting:N0} | {aborted:N0} | {files:N0} | {multipart:N0} | {bytes:N0} | {proven:N0} | {Violations.Count} |");

    public void Add(RoundResult round)
    {
        kills += round.Moments.Count;
        waiting += round.Moments.Count(moment => moment.Waiting > 0);
        deleting += round.Moments.Count(moment => moment.ToDelete > 0);
        files += round.Files;
        multipart += round.Multipart;
        proven += round.Proven;
        aborted += round.Aborted;
        bytes += round.Bytes;
        Violations.AddRange(round.Violations);
    }

    /// <param name="command">What made it.</param>
    public string Markdown(string command) => $"""
        `{command}`, {DateTime.UtcNow:yyyy-MM-dd}, {Machine()}, {Took.TotalMinutes:0} minutes:

        {Head}
        {Row}

        """;

    /// <summary>The machine in a few words.</summary>
    public static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        return $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors{(model is null ? "" : $" ({model})")}";
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{kills:N0} kills ({waiting:N0} with files to upload, {deleting:N0} with files to delete, {aborted:N0} multipart uploads left behind), {files:N0} files of {bytes:N0} bytes, {proven:N0} right in the bucket, {Violations.Count} violations");
}
