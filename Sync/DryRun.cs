using System;
using System.Collections.Generic;
using System.IO;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync;

/// <summary>Says what a run would do, and touches nothing: neither files, nor the ledger, nor the bucket.</summary>
static class DryRun
{
    /// <summary>Writes a line for each file to <paramref name="output"/>; returns the exit code.</summary>
    public static int Run(Settings.Settings settings, IDisk disk, TextWriter output)
    {
        var ledger = LedgerReader.Open(settings.Ledger);
        using (ledger)
        {
            long files = 0, bytes = 0, known = 0, leftOut = 0;
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            foreach (var root in settings.Roots)
            {
                Stack<string> directories = new([""]);
                while (directories.TryPop(out var directory))
                {
                    disk.List(root.FullPath(directory), entry =>
                    {
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
                                Say(path);
                                break;
                            default:
                                output.WriteLine($"would leave alone {Shown.Name(root.FullPath(path))}: it is no regular file");
                                break;
                        }
                    });
                }

                void Say(string path)
                {
                    var shown = Shown.Name(root.FullPath(path));
                    if (Decision.Of(root.Filter, disk, root.Path, path, now) is { Takes: false } decision && !IsToDelete(path))
                    {
                        leftOut++;
                        output.WriteLine($"would leave out {shown} by the rule {decision.Rule!.Shown}");
                        return;
                    }
                    if (ledger?.StageOf(root.Path, path) is { } stage and not (Stage.Pending or Stage.Vanished))
                    {
                        known++;
                        output.WriteLine(stage == Stage.Uploaded && !settings.Keep ? $"would delete {shown}: it is in the bucket" : $"would leave alone {shown}: it is known to the ledger");
                        return;
                    }
                    disk.Look(root.FullPath(path), out var stamp);
                    if (Keys.Make(root, path, stamp.Modified, out var key) != KeyVerdict.Ok)
                    {
                        output.WriteLine($"would park {shown}: its key would be longer than the 1,024 bytes that S3 allows");
                        return;
                    }
                    files++;
                    bytes += stamp.Size;
                    output.WriteLine($"would upload {(settings.Keep ? "" : "and delete ")}{shown} as s3://{root.Bucket}/{Shown.Name(key)}, {stamp.Size} bytes");
                }

                // What is in the bucket and to be deleted here is deleted whatever the filter says by now.
                bool IsToDelete(string path) => ledger?.StageOf(root.Path, path) == Stage.Uploaded
                    && new LedgerFigures(ledger).Roots().Find(known => known.Path == root.Path) is { } row && new LedgerEntries(ledger).Find(row.Id, path) is { Due: not null };
            }
            output.WriteLine($"{files} files of {bytes} bytes to upload, {known} known{(leftOut > 0 ? $", {leftOut} left out" : "")}; nothing was touched");
        }
        return Exit.Done;
    }
}
