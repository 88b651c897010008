using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>What came of reading the settings.</summary>
/// <param name="Command">What the person asked for. For Help and Version nothing else was looked at.</param>
/// <param name="Settings">The settings; null where there are problems, and for Help and Version.</param>
/// <param name="Notes">What is worth saying though nothing is wrong, one line each.</param>
/// <param name="Problems">Everything that is wrong, at once.</param>
sealed record Reading(Command Command, Settings? Settings, ImmutableArray<string> Notes, ImmutableArray<Problem> Problems)
{
    /// <summary>Whose credentials to take; known beside other problems too.</summary>
    public AwsProfile Whose { get; init; }
}

/// <summary>Everything a run is told: read once, checked as a whole, never changed. Each option's meaning stands in the <see cref="OptionTable"/>.</summary>
sealed record Settings
{
    /// <summary>At least one, unless they were not asked for; none inside another.</summary>
    public required ImmutableArray<Root> Roots { get; init; }

    /// <summary>Of directories without rules of their own.</summary>
    public required Filter Filter { get; init; }

    /// <summary>The filters of directories with rules of their own, by their real paths.</summary>
    public required ImmutableArray<(string Path, Filter Filter)> OwnFilters { get; init; }

    /// <summary>The filter of a watched directory, also where directories were not asked for.</summary>
    public Filter FilterOf(string path)
    {
        foreach (var own in OwnFilters)
        {
            if (own.Path.Equals(path, RealPath.Comparison))
                return own.Filter;
        }
        return Filter;
    }

    /// <summary>The key template of directories without their own, as it was given; null for none.</summary>
    public required string? KeyTemplate { get; init; }

    /// <summary>The key templates of directories that have something of their own, by their real paths.</summary>
    public required ImmutableArray<(string Path, KeyTemplate? Template)> OwnTemplates { get; init; }

    /// <summary>The key template of a watched directory, also where directories were not asked for; null for none.</summary>
    public KeyTemplate? TemplateOf(string path)
    {
        foreach (var own in OwnTemplates)
        {
            if (own.Path.Equals(path, RealPath.Comparison))
                return own.Template;
        }
        return KeyTemplate is null ? null : Sync.KeyTemplate.Parse(KeyTemplate, Path.GetFileName(path), Environment.MachineName, out _) is { IsPlain: false } template ? template : null;
    }

    public required TimeSpan WatcherInterval { get; init; }

    /// <summary>The same where the system cannot tell whether somebody writes a file.</summary>
    public required TimeSpan UnsureInterval { get; init; }

    /// <summary>Bytes.</summary>
    public required long UploadPartSize { get; init; }

    /// <summary>The most uploads at the same time; the largest number where it is left to s3sync.</summary>
    public required int UploaderThreads { get; init; }

    /// <summary>How many questions a command asks the bucket at the same time.</summary>
    public int LooksAtOnce => Math.Min(UploaderThreads, MostLooks);

    // Enough for a command; a run has the rest of the line.
    const int MostLooks = 32;

    /// <summary>Which of the waiting files goes first.</summary>
    public required Order Order { get; init; }

    /// <summary>Bytes; at least one part.</summary>
    public required long BufferMemory { get; init; }

    /// <summary>Null for AWS at its own address.</summary>
    public required Uri? Endpoint { get; init; }

    /// <summary>Null where it is to be found as the AWS tools find it.</summary>
    public required string? Region { get; init; }

    /// <summary>Whose credentials to take.</summary>
    public required AwsProfile Whose { get; init; }

    /// <summary>Absolute path of the PEM file with the certificate authorities to trust; null for the system's own.</summary>
    public required string? CaFile { get; init; }

    /// <summary>How the endpoint is reached.</summary>
    public required EndpointChoice Way { get; init; }

    /// <summary>Absolute path of the file with the customer's own key to encrypt with; null without one.</summary>
    public required string? SseCKeyFile { get; init; }

    /// <summary>The account every bucket must belong to; null where any will do.</summary>
    public required string? ExpectedBucketOwner { get; init; }

    /// <summary>True if the endpoint may be plain http although it is not on this machine.</summary>
    public required bool AllowHttp { get; init; }

    /// <summary>What proves an upload; never None, "auto" is decided.</summary>
    public required ChecksumKind Checksum { get; init; }

    public required bool AcceptUnproven { get; init; }

    public required bool Keep { get; init; }

    /// <summary>How fast files may be sent; null for no limit.</summary>
    public required Bandwidth? Bandwidth { get; init; }

    /// <summary>How long a file is kept after its upload, and then deleted; null for no time.</summary>
    public required TimeSpan? KeepFor { get; init; }

    /// <summary>Bytes that shall be free: files are kept until less is; null where they are not kept for that.</summary>
    public required long? KeepFree { get; init; }

    /// <summary>Absolute path; null where deletion is never suspended.</summary>
    public required string? StopFile { get; init; }

    /// <summary>Most deletions an hour; null for as many as there are.</summary>
    public required int? DeleteLimit { get; init; }

    public required bool RemoveEmpty { get; init; }

    public required bool DryRun { get; init; }

    public required bool Once { get; init; }

    public required TimeSpan Patience { get; init; }

    public required TimeSpan RescanInterval { get; init; }

    /// <summary>Bytes.</summary>
    public required int WatchBuffer { get; init; }

    public required TimeSpan Grace { get; init; }

    /// <summary>Absolute path; its directory may not exist yet.</summary>
    public required string Ledger { get; init; }

    /// <summary>Absolute path of the JSON file that was read, null without one.</summary>
    public required string? Config { get; init; }

    /// <summary>How long a name is remembered after its file was deleted here; null for ever.</summary>
    public required TimeSpan? ForgetAfter { get; init; }

    public required LogLevel LogLevel { get; init; }

    /// <summary>True if only what is wrong is said on the console.</summary>
    public required bool Quiet { get; init; }

    /// <summary>True for a JSON object a line instead of text.</summary>
    public required bool LogJson { get; init; }

    /// <summary>Absolute path of the file that gets the log as well; null for none.</summary>
    public required string? LogFile { get; init; }

    /// <summary>Bytes.</summary>
    public required long LogFileSize { get; init; }

    /// <summary>How many log files are kept.</summary>
    public required int LogFiles { get; init; }

    /// <summary>Absolute path; null where no metrics are wanted.</summary>
    public required string? MetricsFile { get; init; }

    /// <summary>Where each value came from, by the option's long name.</summary>
    public required IReadOnlyDictionary<string, Origin> Origins { get; init; }

    /// <summary>Reads the settings of this process.</summary>
    /// <param name="args">The command line without the program's name.</param>
    /// <param name="withRoots">False for a command that needs no watched directories: then none are looked at.</param>
    public static Reading Read(string[] args, bool withRoots = true)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "",
                OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        return Read(args, environment, Directory.GetCurrentDirectory(), Environment.IsPrivilegedProcess, withRoots);
    }

    /// <summary>Reads the settings. Looks at directories and the JSON file, changes nothing, throws nothing.</summary>
    /// <param name="args">The command line without the program's name.</param>
    /// <param name="environment">The environment; on Windows its names compare without case.</param>
    /// <param name="workingDirectory">Absolute; what relative paths are relative to.</param>
    /// <param name="privileged">True for root (on Windows: elevated), whose ledger is elsewhere.</param>
    /// <param name="withRoots">False: watched directories and buckets are neither needed nor looked at.</param>
    public static Reading Read(string[] args, IReadOnlyDictionary<string, string> environment, string workingDirectory, bool privileged, bool withRoots = true)
    {
        var problems = new List<Problem>();
        var notes = new List<string>();
        var line = CommandLine.Read(args, problems, out var command);
        if (command is Command.Help or Command.Version)
            return new(command, null, [], []);

        var given = new Effective([line, EnvironmentVariables.Read(environment, problems)], problems);
        var settings = new Binding(given, environment, workingDirectory, privileged, withRoots, problems, notes).Bind();
        return new(command, problems.Count == 0 ? settings : null, [.. notes.Select(Problem.Escape)], [.. problems.Distinct()]) { Whose = settings.Whose };
    }
}
