using System.IO;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What a filter makes of one file, for a person who asks (<c>explain</c>, <c>--dry-run</c>). A run decides the same, step by step: see <see cref="Sieve"/>.</summary>
/// <param name="Rule">The rule that decides; null where none fits, which takes the file.</param>
/// <param name="IsYoung">True if it is left out only until it is old enough.</param>
readonly record struct Decision(Rule? Rule, bool IsYoung)
{
    /// <summary>True if it is left out only until its sentinel is there.</summary>
    public bool Waits { get; init; }

    public bool Takes => Rule is not { Takes: false };

    /// <summary>The decision with the rule that made it.</summary>
    public string Text => Rule is null ? "taken: no rule leaves it out" : $"{(Takes ? "taken" : "left out")} by the rule {Rule.Shown}";

    /// <summary>What a person can do about a file that is here and left out; null where the filter has no say (any more).</summary>
    public string? Advice(Stage stage) => (Takes, stage) switch
    {
        (true, _) or (_, Stage.Uploaded or Stage.Deleted or Stage.Left) => null,
        _ when Waits => "wait, or write the sentinel if the file is complete: an empty file of that name beside it",
        _ when IsYoung => "wait: it is taken when it is old enough",
        _ => "nothing, if it is not wanted in the bucket: it is left out, and stays here; else change the filter",
    };

    /// <summary>Decides on a file below a watched directory, asking the disk as far as the filter needs it.</summary>
    /// <param name="now">Milliseconds since 1970 UTC.</param>
    public static Decision Of(Filter filter, IDisk disk, string root, string path, long now)
    {
        var rule = filter.Decide(path);
        if (rule is { Takes: false })
        {
            return new(rule, false);
        }
        if (filter.NeedsFacts && disk.Look(Path.Join(root, path), out var stamp).Ok && filter.Decide(stamp, now, out var ripens) is { } bound)
        {
            return new(bound, ripens > 0);
        }
        if (filter.Sentinel is { } sentinel && !disk.Look(Path.Join(root, path) + sentinel, out _).Ok)
        {
            return new(filter.WaitingFor(path), false) { Waits = true };
        }
        return new(rule is null && filter.Bounds.SkipHidden && IsHidden(disk, root, path) ? Filter.Hidden : rule, false);
    }

    /// <summary>True if a file itself or a directory it is in is hidden, or the system's own, as the disk tells.</summary>
    public static bool IsHidden(IDisk disk, string root, string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf(Path.DirectorySeparatorChar, end - 1))
        {
            if (disk.IsHidden(Path.Join(root, path[..end])))
            {
                return true;
            }
        }
        return false;
    }
}
