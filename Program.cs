using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Operation;
using S3Sync.Sync.Settings;
using S3Sync.Sync.Voice;

// The table of contents of a run: read the settings, open what is needed, run the pipeline, say what came of it.

// On a thread of whatever library: said in words, not by the runtime's trace.
AppDomain.CurrentDomain.UnhandledException += (_, ended) =>
{
    if (ended.ExceptionObject is Exception e)
    {
        Product.SayBriefly(Product.Explain(e));
    }
    Environment.Exit(Exit.Failed);
};
switch (args)
{
    case ["service", .. var rest]:
        return PrintService(rest);
    case [var word, .. var rest] when Commands.Knows(word):
        return await Commands.RunAsync(word, rest);
    case ["help", var word] when Commands.Knows(word):
        return await Commands.RunAsync(word, ["--help"]);
    case ["help", var word] when CommandLine.Commands.All(command => command.Name != word) && !word.StartsWith('-'):
        return Product.Refuse([Unknown.Name("command", word, "", CommandLine.Commands.Select(command => command.Name))]);
}
var reading = Settings.Read(args);
switch (reading.Command)
{
    case Command.Help:
        Console.Out.Write(args is ["run", ..] or ["help", "run"] ? Usage.OfRun() : Usage.Text());
        return Exit.Done;
    case Command.Version:
        Console.Out.WriteLine($"s3sync {Product.Version}");
        return Exit.Done;
    default:
        return await RunAsync(reading, args);
}

static int PrintService(string[] args)
{
    if (args is not [var kind, .. var options] || !ServiceRecipe.Kinds.Contains(kind))
    {
        var near = args is [var word, ..] && !word.StartsWith('-') ? Nearest.To(word, ServiceRecipe.Kinds) : null;
        return Product.Refuse([new("service: which kind is wanted?", near is not null ? $"did you mean {near}?" : $"s3sync service {string.Join('|', ServiceRecipe.Kinds)} and the options of the run")]);
    }
    var reading = Settings.Read(["run", .. options]);
    if (reading.Settings is not { } settings)
    {
        return Product.Refuse(reading.Problems);
    }
    var line = CommandLine.Read(["run", .. options], [], out _);
    if (line[OptionTable.Proxy] is [var proxy, ..] && proxy.Text.Contains('@'))
    {
        return Product.Refuse([new($"service: the password of {OptionTable.Proxy.LongName} would stand in the service's definition", $"give it the service as {OptionTable.Proxy.EnvironmentName}, or \"{OptionTable.Proxy.JsonKey}\" in the JSON file")]);
    }
    var state = Path.GetDirectoryName(settings.Ledger)!;
    // Where nobody keeps what a service says, it keeps a log of its own.
    string[] kept = settings.LogFile is null && kind != "systemd" ? [OptionTable.LogFile.LongName, Path.Join(state, "s3sync.log")] : [];
    Console.Out.Write(new ServiceRecipe(
        Environment.ProcessPath ?? "s3sync",
        ["run", .. Repeated.From(line, Directory.GetCurrentDirectory()), .. kept],
        state,
        settings.Grace.TotalSeconds + 1).Of(kind));
    return Exit.Done;
}

static async Task<int> RunAsync(Reading reading, string[] args)
{
    var files = Platform.RaiseOpenFiles();
    PipelineRules Fitting(PipelineRules rules) => rules with { Uploaders = Limits.UploadsWithin(files, rules.Uploaders) };
    List<Problem> problems = [.. reading.Problems];
    var settings = reading.Settings;
    // With other settings wrong, missing credentials are said as well; the region is not looked for, as it may depend on those settings.
    var (bucket, missing) = await Bucket.OpenAsync(settings is null
        ? new(new("http://localhost"), false, null, ChecksumKind.None, 1) { Whose = reading.Whose }
        : settings.ToBucketOptions());
    using var opened = bucket;
    problems.AddRange(missing);
    if (settings is null || bucket is null)
    {
        return Product.Refuse(problems);
    }
    var disk = Platform.OpenDisk(settings.Roots.Select(root => root.Path));
    var terminal = settings is { Once: true, Quiet: false, DryRun: false } ? Terminal.Open() : null;
    using var logging = Logging.Open(settings.ToLogRules(), terminal);
    var log = logging.Log;
    try
    {
        if (settings.DryRun)
        {
            return DryRun.Run(settings, bucket.Endpoint, disk, Console.Out);
        }
        using var ledger = Ledger.Open(settings.Ledger);
        if (settings.Keep)
        {
            log.StartedKeeping(Product.Version, Shown.Name(settings.Ledger));
        }
        else
        {
            log.Started(Product.Version, Shown.Name(settings.Ledger));
        }
        foreach (var note in reading.Notes)
        {
            log.Note(note);
        }
        foreach (var caution in (Problem?[])[Limits.OfFiles(files, settings.UploaderThreads == Slots.Largest ? Slots.Few : settings.UploaderThreads), Limits.OfMemory(Limits.Memory, settings.BufferMemory), Platform.WhyShared(Path.GetDirectoryName(settings.Ledger)!)])
        {
            if (caution is { } limit)
            {
                log.Caution($"{limit.What}; {limit.Hint}");
            }
        }
        bucket.RegionFound = (name, region) => log.Note($"the bucket {name} is in the region {region}, and is spoken to there; {OptionTable.Region.LongName} {region} saves a request at each start");
        var pipeline = new Pipeline(Fitting(settings.ToRules()), ledger, bucket, disk, () => Platform.OpenWatch(settings.WatchBuffer), Platform.OpenClock(), log);
        ledger.RecordStart(new(Environment.ProcessId, Platform.BornOf(Environment.ProcessId), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Product.Version));
        using var hold = HoldWatch.Open(ledger, pipeline.Fail);
        using var metrics = MetricsFile.Open(settings, log);
        using var requests = Requests.Open(settings.Ledger, pipeline.Ask, log);
        using var systemd = Systemd.Open(Environment.GetEnvironmentVariable, Environment.ProcessId, () => pipeline.Turns, pipeline.Turn, () => Systemd.StatusOf(settings.Ledger, pipeline.Tally));
        pipeline.Began = () => systemd?.Ready();
        using var signals = new Signals(() =>
        {
            systemd?.Stopping();
            log.Stopping(Shown.Time(settings.Grace));
        });
        using var changes = SettingsWatch.Open(settings.Config, () => Settings.Read(args), changed =>
        {
            logging.Change(changed.ToLogRules());
            pipeline.Change(Fitting(changed.ToRules()));
        }, log);
        using var progress = Progress.Open(terminal, () => Progress.OfRun(settings.Ledger, pipeline.Tally));
        var result = await pipeline.RunAsync(signals.Stop);
        log.SayEnd(pipeline, result);
        if (result.IsLedgerStuck)
        {
            log.Failure(result.Fault!.Message, "look at its disk");
            logging.Dispose();
            Environment.Exit(Exit.Failed);
        }
        if (result.Fault is not LedgerException)
        {
            ledger.RecordEnd(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        }
        if (result.Fault is { } fault)
        {
            var why = Product.Explain(fault);
            log.Failure(why.What, why.Hint);
            return fault is WrongBucketsException ? Exit.BadSettings : Exit.Failed;
        }
        logging.IsPatient = settings.Once && !signals.Stop.IsCancellationRequested;
        return settings.Once && !signals.Stop.IsCancellationRequested && (result.Pending > 0 || result.Unseen > 0) ? Exit.Parked : Exit.Done;
    }
    catch (LedgerException e)
    {
        // A service's standard error may be nobody's. Who holds the ledger holds the log file as well.
        if (!e.IsHeld && (settings.LogFile is not null || OperatingSystem.IsWindows()))
        {
            log.Failure(e.Message, e.Hint);
        }
        Product.SayBriefly(new(e.Message, e.Hint));
        return e.IsHeld ? Exit.Held : Exit.Failed;
    }
    catch (Exception e)
    {
        var why = Product.Explain(e);
        log.Failure(why.What, why.Hint);
        return Exit.Failed;
    }
}
