using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>Says what a run would do, and touches nothing: neither files, nor the ledger, nor the bucket.</summary>
sealed class DryRun
{
    static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(10);

    readonly Settings.Settings settings;
    readonly string endpoint;
    readonly IDisk disk;
    readonly TextWriter output;
    readonly LedgerReader? ledger;
    readonly LedgerEntries? entries;
    readonly Dictionary<string, int> ids = [];
    readonly long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    long files, bytes, known, leftOut;

    DryRun(Settings.Settings settings, string endpoint, IDisk disk, TextWriter output, LedgerReader? ledger)
    {
        (this.settings, this.endpoint, this.disk, this.output, this.ledger) = (settings, endpoint, disk, output, ledger);
        if (ledger is not null)
        {
            entries = new(ledger);
            ids = new LedgerFigures(ledger).Roots().ToDictionary(root => root.Path, root => root.Id, StringComparer.Ordinal);
        }
    }

    /// <summary>Writes a line for each file to <paramref name="output"/>; returns the exit code.</summary>
    /// <param name="endpoint">Where files would go: see <see cref="Bucket.Endpoint"/>.</param>
    public static int Run(Settings.Settings settings, string endpoint, IDisk disk, TextWriter output)
    {
        using var ledger = LedgerReader.Open(settings.Ledger);
        var run = new DryRun(settings, endpoint, disk, output, ledger);
        foreach (var root in settings.Roots)
        {
            if (!Limited.TryRun(beat => run.SayAll(root, beat), ToAnswer))
            {
                output.WriteLine($"would wait for {Shown.Name(root.Path)}, which does not answer: what else is in it is not known");
            }
        }
        output.WriteLine($"{run.files} files of {run.bytes} bytes to upload, {run.known} known{(run.leftOut > 0 ? $", {run.leftOut} left out" : "")}; nothing was touched");
        return Exit.Done;
    }

    /// <param name="beat">Called after each call of the disk, before anything is said: throws if that was not waited for.</param>
    void SayAll(Root root, Action beat)
    {
        Stack<string> directories = new([""]);
        while (directories.TryPop(out var directory))
        {
            disk.List(root.FullPath(directory), entry =>
            {
                beat();
                if (entry.Name is not { } name)
                {
                    output.WriteLine($"would ignore {Shown.Name(root.FullPath(directory))}{Path.DirectorySeparatorChar}{entry.Shown}: its name is not valid UTF-8");
                    return;
                }
                var path = directory.Length == 0 ? name : Path.Join(directory, name);
                switch (entry.Kind)
                {
                    case EntryKind.Directory when root.Filter.DecideAllBelow(path) is { } rule:
                        output.WriteLine($"would leave out {Shown.Name(root.FullPath(path))}{Path.DirectorySeparatorChar} with all below it by the rule {rule.Shown}");
                        break;
                    case EntryKind.Directory:
                        directories.Push(path);
                        break;
                    case EntryKind.File:
                        Say(root, path, beat);
                        break;
                    default:
                        output.WriteLine($"would leave alone {Shown.Name(root.FullPath(path))}: it is no regular file");
                        break;
                }
            });
        }
    }

    void Say(Root root, string path, Action beat)
    {
        var shown = Shown.Name(root.FullPath(path));
        var stage = ledger?.StageOf(root.Path, path) ?? Stage.Unknown;
        var uploaded = stage == Stage.Uploaded ? entries!.Find(ids[root.Path], path) : null;
        // What is in the bucket and to be deleted here is deleted whatever the filter says by now.
        var judged = uploaded?.Due is null ? Decision.Of(root.Filter, disk, root.Path, path, now) : (Decision?)null;
        beat();
        if (judged is { Takes: false } decision)
        {
            leftOut++;
            output.WriteLine($"would leave out {shown} by the rule {decision.Rule!.Shown}");
            return;
        }
        if (stage is not (Stage.Unknown or Stage.Pending or Stage.Vanished))
        {
            known++;
            output.WriteLine(uploaded is { } entry ? $"would {FateOf(root, entry, shown)}" : $"would leave alone {shown}: it is known to the ledger");
            return;
        }
        disk.Look(root.FullPath(path), out var stamp);
        beat();
        if (Keys.Make(root, path, stamp.Modified, out var key) != KeyVerdict.Ok)
        {
            output.WriteLine($"would park {shown}: its key would be longer than the 1,024 bytes that S3 allows");
            return;
        }
        files++;
        bytes += stamp.Size;
        output.WriteLine($"would upload {(settings.Keep ? "" : settings.KeepFor is null && settings.KeepFree is null ? "and delete " : "and later delete ")}{shown} as s3://{root.Bucket}/{Shown.Name(key)}, {stamp.Size} bytes");
    }

    /// <summary>What becomes of a file that was uploaded.</summary>
    string FateOf(Root root, in LedgerEntry entry, string shown)
    {
        var there = entry.Address is { } address ? Shown.Address(address) : "the bucket";
        var until = entry.Due ?? entry.Uploaded!.Value + (long)(settings.KeepFor ?? default).TotalMilliseconds;
        return settings.Keep ? $"leave alone {shown}: it was uploaded to {there}"
            : entry.Code != FailureCode.Released && IsElsewhere(root, entry) ? $"keep {shown}: it was uploaded to {there}, which is not where the settings put it now"
            : settings.KeepFree is not null ? $"keep {shown} until its room is needed: it was uploaded to {there}"
            : until > now ? $"keep {shown} until {Units.Moment(until)}: it was uploaded to {there}"
            : $"delete {shown} if {there} still has it";
    }

    bool IsElsewhere(Root root, in LedgerEntry entry) =>
        entry.Address is { } address && (address with { Endpoint = address.Endpoint.Length == 0 ? endpoint : address.Endpoint })
            != new ObjectAddress(endpoint, root.Bucket, Keys.Make(root, entry.Path, entry.Modified, out var key) == KeyVerdict.Ok ? key : "");
}
