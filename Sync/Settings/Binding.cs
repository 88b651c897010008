using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>Makes the settings of what was given, option by option, with the rules that concern several of them. Owned by the thread that reads the settings.</summary>
sealed class Binding(
    Effective given, IReadOnlyDictionary<string, string> environment, string workingDirectory, bool privileged, bool withRoots,
    List<Problem> problems, List<string> notes)
{
    /// <summary>The settings; only to be used where no problem was added.</summary>
    public Settings Bind()
    {
        var config = ReadConfig();
        var endpoint = BindEndpoint();
        var (part, buffers) = BindMemory();
        var ledger = BindLedger();
        var metrics = BindFile(OptionTable.MetricsFile, "s3sync.prom");
        var log = BindFile(OptionTable.LogFile, "s3sync.log");
        var stop = BindFile(OptionTable.StopFile, "s3sync.stop");
        var directories = new DirectoryOptions(given, problems);
        var filters = new Filters(given, directories, problems);
        var ways = new EndpointOptions(given, problems, notes);
        var compat = ways.BindCompat(IsAws(endpoint));
        var checksum = BindChecksum(endpoint, compat);
        var roots = BindRoots(endpoint, ledger, config, metrics, log, stop, directories, filters);
        var key = given.Text(OptionTable.SseCKeyFile) is { } own ? Places.Full(own, workingDirectory, problems) : null;
        JudgeProof(checksum, roots, endpoint, key is not null);
        return new()
        {
            Roots = roots,
            Filter = filters.General,
            OwnFilters = OwnFilters(filters),
            KeyTemplate = directories.Common(OptionTable.KeyTemplate)?.Text,
            OwnTemplates = OwnTemplates(directories),
            WatcherInterval = given.Seconds(OptionTable.WatcherInterval),
            UnsureInterval = given.Seconds(OptionTable.UnsureInterval),
            UploadPartSize = part,
            UploaderThreads = (int)given.Number(OptionTable.UploaderThreads),
            Order = Enum.Parse<Order>(given.Choice(OptionTable.Order), ignoreCase: true),
            BufferMemory = buffers,
            Endpoint = endpoint,
            Region = BindRegion(),
            Whose = BindWhose(),
            AllowHttp = given.Flag(OptionTable.AllowHttp),
            CaFile = given.Text(OptionTable.CaFile) is { } authorities ? Places.Full(authorities, workingDirectory, problems) : null,
            Way = ways.Bind(endpoint, compat, [.. roots.Select(root => root.Bucket)]),
            SseCKeyFile = key,
            ExpectedBucketOwner = BindOwner(endpoint),
            Checksum = checksum,
            AcceptUnproven = given.Flag(OptionTable.AcceptUnproven),
            Keep = given.Flag(OptionTable.Keep),
            Bandwidth = BindBandwidth(),
            KeepFor = given.Number(OptionTable.KeepFor) is > 0 and var kept ? TimeSpan.FromDays(kept) : null,
            KeepFree = BindKeepFree(),
            StopFile = stop,
            DeleteLimit = given.Number(OptionTable.DeleteLimit) is > 0 and var most ? (int)most : null,
            RemoveEmpty = given.Flag(OptionTable.RemoveEmpty),
            DryRun = given.Flag(OptionTable.DryRun),
            Once = given.Flag(OptionTable.Once),
            Patience = given.Seconds(OptionTable.Patience),
            RescanInterval = given.Seconds(OptionTable.RescanInterval),
            WatchBuffer = (int)given.Number(OptionTable.WatchBuffer) << 10,
            Grace = given.Seconds(OptionTable.Grace),
            Ledger = ledger,
            ForgetAfter = given.Number(OptionTable.ForgetAfter) is > 0 and var days ? TimeSpan.FromDays(days) : null,
            Config = config,
            LogLevel = Enum.Parse<LogLevel>(given.Choice(OptionTable.LogLevel), ignoreCase: true),
            Quiet = given.Flag(OptionTable.Quiet),
            LogJson = given.Choice(OptionTable.LogFormat) == "json",
            LogFile = log,
            LogFileSize = given.Bytes(OptionTable.LogFileSize),
            LogFiles = (int)given.Number(OptionTable.LogFiles),
            MetricsFile = metrics,
            Origins = given.Origins,
        };
    }

    string? ReadConfig()
    {
        if (given.Text(OptionTable.Config) is not { } named || Places.Full(named, workingDirectory, problems) is not { } path)
            return null;
        given.AddLowest(JsonFile.Read(path, named.Text, problems));
        return path;
    }

    Uri? BindEndpoint()
    {
        Uri? endpoint = null;
        if (given.Text(OptionTable.Endpoint) is { } url && Rules.Endpoint(url.Text, url.Place, out endpoint) is { } problem)
            problems.Add(problem);
        else if (endpoint is { Scheme: "http", IsLoopback: false } && !given.Flag(OptionTable.AllowHttp))
            problems.Add(new($"the endpoint {Problem.Quote(endpoint.OriginalString)} is plain http: whoever is on the way can read and change the files",
                $"give an https URL, or {OptionTable.AllowHttp.LongName} where that network is your own"));
        return endpoint;
    }

    // A bad endpoint is an endpoint too: one mistake should not make another.
    bool IsAws(Uri? endpoint) => Rules.IsAws(endpoint) && (endpoint is not null || given.Origins[OptionTable.Endpoint.Name] == Origin.Default);

    string? BindOwner(Uri? endpoint)
    {
        if (given.Text(OptionTable.ExpectedBucketOwner) is not { } owner)
            return null;
        if (Rules.Owner(owner.Text, owner.Place, Rules.IsAws(endpoint)) is { } problem)
            problems.Add(problem);
        return owner.Text;
    }

    Bandwidth? BindBandwidth()
    {
        if (given.Text(OptionTable.Bandwidth) is not { } limit)
            return null;
        var bandwidth = Bandwidth.Parse(limit.Text);
        if (bandwidth is null)
            problems.Add(Rules.NoBandwidth(limit.Text, limit.Place));
        return bandwidth;
    }

    // Two rules for one file: which of them would count?
    long? BindKeepFree()
    {
        if (given.Number(OptionTable.KeepFree) is not (> 0 and var least))
            return null;
        foreach (var (option, isGiven) in ((Option, bool)[])[(OptionTable.Keep, given.Flag(OptionTable.Keep)), (OptionTable.KeepFor, given.Number(OptionTable.KeepFor) > 0)])
        {
            if (isGiven)
                problems.Add(new($"{OptionTable.KeepFree.LongName} and {option.LongName} are two rules of how long a file is kept", "leave one of them out"));
        }
        return (long)(least * (1L << 30));
    }

    string? BindRegion()
    {
        if (given.Text(OptionTable.Region) is not { } region)
            return null;
        if (Rules.Region(region.Text, region.Place) is { } problem)
            problems.Add(problem);
        return region.Text;
    }

    AwsProfile BindWhose() => new(given.Text(OptionTable.Profile)?.Text, PathOf(OptionTable.AwsConfigFile), PathOf(OptionTable.AwsCredentialsFile));

    string? PathOf(Option option) => given.Text(option) is { } named ? Places.Full(named, workingDirectory, problems) : null;

    // The buffers must hold one part, or nothing could be sent; two let one be read while the other is sent.
    (long Part, long Buffers) BindMemory()
    {
        var (part, buffers) = (given.Bytes(OptionTable.UploadPartSize), given.Bytes(OptionTable.BufferMemory));
        if (given.Origins[OptionTable.BufferMemory.Name] == Origin.Default && buffers < Buffers.LimitFor(2 * part))
        {
            buffers = Buffers.LimitFor(2 * part);
            notes.Add($"the upload buffers take {buffers >> 20} MB, two parts and small files, instead of {OptionTable.BufferMemory.Default} MB");
        }
        if (given.Origins[OptionTable.BufferMemory.Name] == Origin.Default && Limits.OfMemory(Limits.Memory, buffers) is not null)
        {
            buffers = Math.Max(part, Limits.BuffersWithin(Limits.Memory));
            notes.Add($"the upload buffers take {buffers >> 20} MB: this process may use only {Limits.Memory >> 20} MB of memory");
        }
        else if (buffers < part)
        {
            problems.Add(new($"{buffers >> 20} MB of buffer memory do not hold a part of {part >> 20} MB",
                $"give {OptionTable.BufferMemory.LongName} {Buffers.LimitFor(2 * part) >> 20}, leave it out, or give a smaller {OptionTable.UploadPartSize.LongName}"));
        }
        return (part, buffers);
    }

    // Our own default suits the server: AWS computes CRC64NVME anyway; others verify Content-MD5 if they verify anything.
    ChecksumKind BindChecksum(Uri? endpoint, Compat compat) => given.Choice(OptionTable.Checksum) switch
    {
        "crc64nvme" => ChecksumKind.Crc64Nvme,
        "crc32c" => ChecksumKind.Crc32C,
        "crc32" => ChecksumKind.Crc32,
        "md5" => ChecksumKind.Md5,
        _ => CompatRules.Of(compat, Rules.IsAws(endpoint)).Checksum,
    };

    // Invariant 2: with an ETag that is no MD5 nothing could be proven, and no file deleted.
    void JudgeProof(ChecksumKind checksum, ImmutableArray<Root> roots, Uri? endpoint, bool hasKey)
    {
        if (checksum == ChecksumKind.Md5 && !given.Flag(OptionTable.AcceptUnproven) && (hasKey || roots.Any(root => root.Objects is { IsKms: true })))
            problems.Add(new($"with {(hasKey ? "a key of your own" : "KMS")} an ETag is no MD5: nothing would prove an upload", $"give {OptionTable.Checksum.LongName} crc32, if the server states one"));
        if (hasKey && roots.Any(root => root.Objects is { IsEncrypted: true }))
            problems.Add(new($"{OptionTable.SseCKeyFile.LongName} and {OptionTable.Sse.LongName} are two ways to encrypt", "leave one of them out"));
        if (hasKey && endpoint is { Scheme: "http", IsLoopback: false })
            problems.Add(new($"{OptionTable.SseCKeyFile.LongName}: the key would travel unencrypted", "give an https URL as endpoint"));
    }

    string BindLedger()
    {
        if (given.Text(OptionTable.Ledger) is { } named)
        {
            if (Places.Full(named, workingDirectory, problems) is not { } path)
                return "";
            if (Directory.Exists(path))
                problems.Add(new($"{named.Place}: {Problem.Quote(named.Text)} is a directory", "name a file in it, for example ledger.db"));
            else if (Places.IsRemote(path))
                problems.Add(new($"{named.Place}: {Problem.Quote(named.Text)} is on a network share", "put the ledger on a disk of this machine: SQLite cannot keep it safe anywhere else"));
            else
                return Places.OfLedger(path);
            return "";
        }
        if (Places.Ledger(environment, OperatingSystem.IsWindows(), privileged) is { } place)
            return Places.OfLedger(place);
        // Where --ledger was given badly that has been said.
        if (given.Origins[OptionTable.Ledger.Name] == Origin.Default && !given.Incomplete)
            problems.Add(new("there is no place for the ledger: the environment names no home directory", $"name a file with {OptionTable.Ledger.LongName} FILE"));
        return "";
    }

    string? BindFile(Option option, string example)
    {
        if (given.Text(option) is not { } named || Places.Full(named, workingDirectory, problems) is not { } path)
            return null;
        if (Directory.Exists(path))
            problems.Add(new($"{named.Place}: {Problem.Quote(named.Text)} is a directory", $"name a file in it, for example {example}"));
        return path;
    }

    ImmutableArray<Root> BindRoots(Uri? endpoint, string ledger, string? config, string? metrics, string? log, string? stop, DirectoryOptions own, Filters filters)
    {
        if (!withRoots)
        {
            foreach (var option in (Option[])[OptionTable.WatchDir, OptionTable.Bucket, OptionTable.Prefix, .. ObjectOptions.All])
                given.List(option);
            return [];
        }
        var aws = IsAws(endpoint);
        var directories = given.List(OptionTable.WatchDir) ?? [];
        var bucket = given.Text(OptionTable.Bucket);
        var prefix = given.Text(OptionTable.Prefix);
        if (bucket is { } name && Rules.Bucket(name.Text, name.Place, aws) is { } badBucket)
            problems.Add(badBucket);
        if (prefix is { } first && Rules.Prefix(first.Text, first.Place) is { } badPrefix)
            problems.Add(badPrefix);
        if (directories.Count == 0 && (IsMissing(OptionTable.WatchDir) || given.Origins[OptionTable.WatchDir.Name] == Origin.File))
            problems.Add(new("no directory to watch is given", $"-w DIR, {OptionTable.WatchDir.EnvironmentName}, or \"{OptionTable.WatchDir.JsonKey}\" in the JSON file"));
        if (bucket is null && IsMissing(OptionTable.Bucket) && (directories.Count == 0 || directories.Any(directory => directory.Bucket is null)))
            problems.Add(new("no bucket is given", $"-b NAME, {OptionTable.Bucket.EnvironmentName}, or \"{OptionTable.Bucket.JsonKey}\" in the JSON file"));
        NoteOwn(OptionTable.Bucket, bucket, directories, directory => directory.Bucket);
        NoteOwn(OptionTable.Prefix, prefix, directories, directory => directory.Prefix);
        NoteOwn(OptionTable.Filter, given.List(OptionTable.Filter) is [var rule, ..] ? rule : null, directories, directory => directory.Filters?.Replace("\n", "; ", StringComparison.Ordinal));
        var objects = new ObjectOptions(given, aws, problems, notes);
        foreach (var option in ObjectOptions.All)
            NoteOwn(option, objects.Common(option), directories, directory => directory.Own?[option]);
        foreach (var option in DirectoryOptions.All)
            NoteOwn(option, own.Common(option), directories, directory => directory.Own?[option]);

        List<(string, string, string)> apart = [];
        if (ledger.Length > 0)
            apart.Add(("the ledger", ledger, $"put it elsewhere with {OptionTable.Ledger.LongName} FILE"));
        if (config is not null && !given.Incomplete)
            apart.Add(("the settings file", config, "move it out of every watched directory"));
        if (metrics is not null)
            apart.Add(("the metrics file", metrics, $"name another one with {OptionTable.MetricsFile.LongName} FILE"));
        if (log is not null)
            apart.Add(("the log file", log, $"name another one with {OptionTable.LogFile.LongName} FILE"));
        if (stop is not null)
            apart.Add(("the stop file", stop, $"name another one with {OptionTable.StopFile.LongName} FILE"));
        foreach (var option in (Option[])[OptionTable.AwsConfigFile, OptionTable.AwsCredentialsFile])
        {
            if (PathOf(option) is { } place)
                apart.Add(("the file of " + option.LongName, place, "move it out of every watched directory"));
        }
        if (Environment.ProcessPath is { } program)
            apart.Add(("this program", program, "move it out of every watched directory"));
        return new Roots(workingDirectory, bucket?.Text, prefix?.Text, own, objects, aws, filters, problems, notes).Resolve(directories, apart);
    }

    // For who asks about a file beside a run: whether a directory can be watched does not matter then.
    ImmutableArray<(string, Filter)> OwnFilters(Filters filters) =>
        [.. (given.List(OptionTable.WatchDir) ?? []).Where(directory => directory.Filters is not null || directory.Own is not null)
            .Select(directory => (Places.Full(directory, workingDirectory, []) is { } path ? RealPath.Of(path) : "", filters.Of(directory)))];

    // The same.
    ImmutableArray<(string, KeyTemplate?)> OwnTemplates(DirectoryOptions own) =>
        [.. (given.List(OptionTable.WatchDir) ?? []).Where(directory => directory.Own is not null)
            .Select(directory => (Places.Full(directory, workingDirectory, []) is { } path ? (RealPath.Of(path), own.Template(directory, Path.GetFileName(path))) : ("", null)))];

    // False where it was given badly: that has been said. False too where a file could not be read, which may give it.
    bool IsMissing(Option option) =>
        !given.Incomplete && given.Origins[option.Name] is Origin.Default;

    // The nearer word counts, though its source is a lower one; somebody trying another bucket must know.
    void NoteOwn(Option option, Given? common, IReadOnlyList<Given> directories, Func<Given, string?> own)
    {
        if (common is not { } value || given.Origins[option.Name] <= given.Origins[OptionTable.WatchDir.Name])
            return;
        foreach (var directory in directories)
        {
            if (own(directory) is { } kept && kept != value.Text)
                notes.Add($"{directory.Place} keeps its own {option.Name} {Problem.Quote(kept)}; {value.Place} {Problem.Quote(value.Text)} is for those without one");
        }
    }
}
