using System;
using System.Collections.Generic;
using System.IO;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>How a command that reads the ledger comes to it, beside a run or without one.</summary>
static class Beside
{
    /// <summary>The settings that a command without watched directories needs; null when the problems were said.</summary>
    public static Settings.Settings? Read(Asked asked)
    {
        var reading = Settings.Settings.Read(["run", .. asked.Rest], withRoots: false);
        if (reading.Settings is null)
        {
            Product.Refuse(reading.Problems);
        }
        return reading.Settings;
    }

    /// <summary>The ledger, to be read; null when it was said that there is none.</summary>
    public static LedgerReader? Open(Settings.Settings settings)
    {
        var reader = LedgerReader.Open(settings.Ledger);
        if (reader is null)
        {
            Product.Say(new($"there is no ledger {settings.Ledger}", "the first run makes it; if the service has another, name it with --ledger or --config"));
        }
        return reader;
    }

    /// <summary>True if the run that the ledger remembers is under way.</summary>
    public static bool IsUnderWay(LedgerRun? run) =>
        run is { Ended: null } last && Platform.BornOf(last.Process) is { } born && (born == 0 || last.Born is null || born == last.Born);

    /// <summary>A path as a run knows it: absolute, the links of its directory resolved.</summary>
    public static string RealPathOf(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.GetDirectoryName(full) is { } directory ? Path.Join(RealPath.Of(directory, out _), Path.GetFileName(full)) : full;
    }

    /// <summary>The watched directory that a path lies below, and the path below it; null where none does.</summary>
    public static (LedgerRoot Root, string Below)? RootOf(IEnumerable<LedgerRoot> roots, string full)
    {
        (LedgerRoot, string)? best = null;
        foreach (var root in roots)
        {
            if (full.Length > root.Path.Length + 1 && full.StartsWith(root.Path, RealPath.Comparison) && full[root.Path.Length] == Path.DirectorySeparatorChar
                && !(best is { Item1: var known } && known.Path.Length > root.Path.Length))
            {
                best = (root, full[(root.Path.Length + 1)..]);
            }
        }
        return best;
    }
}
