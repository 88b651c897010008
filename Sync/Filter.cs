using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace S3Sync.Sync;

/// <summary>What a file must be like to be taken, apart from its name; zero: it does not matter.</summary>
/// <param name="MinSize">Bytes.</param>
/// <param name="MaxSize">Bytes.</param>
/// <param name="MinAge">Since its last write.</param>
/// <param name="MaxAge">Since its last write.</param>
/// <param name="SkipHidden">Not hidden, nor the system's own.</param>
readonly record struct Bounds(long MinSize, long MaxSize, TimeSpan MinAge, TimeSpan MaxAge, bool SkipHidden);

/// <summary>
/// Which files of a watched directory are taken. By its name: the first rule that fits decides, what no rule fits is taken. Then by size and age, whatever the rules
/// say. Immutable and pure: any thread, no disk, no clock. Deciding allocates nothing.
/// </summary>
sealed class Filter : IEquatable<Filter>
{
    /// <summary>Takes everything.</summary>
    public static readonly Filter None = new([], default);

    /// <summary>Of a run that is told nothing: leaves out what is temporary by its name.</summary>
    public static readonly Filter Standard = new(Rule.Temporary, default);

    readonly Rule[] rules;
    readonly IReadOnlyList<Rule> given;
    readonly Signs signs;
    readonly Rule tooSmall, tooLarge, tooYoung, tooOld;
    readonly string text;

    /// <param name="rules">The rules, in their order.</param>
    /// <param name="bounds">What else counts. Where the system has no sign for hidden files but their names, their rules stand behind the others.</param>
    /// <param name="signs">Which files are signs to us: their rules stand before all others.</param>
    public Filter(IEnumerable<Rule> rules, Bounds bounds, Signs? signs = null)
    {
        (given, this.signs) = ([.. rules], signs ?? Signs.None);
        this.rules = [.. this.signs.Rules, .. given, .. bounds.SkipHidden && !OperatingSystem.IsWindows() ? Rule.DotNames : []];
        Bounds = bounds;
        tooSmall = new(string.Create(CultureInfo.InvariantCulture, $"--min-size {bounds.MinSize}"), takes: false);
        tooLarge = new(string.Create(CultureInfo.InvariantCulture, $"--max-size {bounds.MaxSize}"), takes: false);
        tooYoung = new(string.Create(CultureInfo.InvariantCulture, $"--min-age {bounds.MinAge.TotalSeconds}"), takes: false);
        tooOld = new(string.Create(CultureInfo.InvariantCulture, $"--max-age {bounds.MaxAge.TotalSeconds}"), takes: false);
        text = string.Join("; ", this.rules.Select(rule => rule.Text)) + $"; {bounds}";
    }

    /// <summary>The rule for what the system itself calls hidden or its own.</summary>
    public static Rule Hidden { get; } = new("--skip-hidden", takes: false);

    public Bounds Bounds { get; }

    /// <summary>The same with the signs of another one: a run that is under way keeps its own, whatever filter it is given.</summary>
    public Filter WithSignsOf(Filter other) => ReferenceEquals(signs, other.signs) ? this : new(given, Bounds, other.signs);

    /// <summary>What stands behind a file's name in the name of the one that releases it; null where files need none.</summary>
    public string? Sentinel => signs.Sentinel;

    /// <summary>The file that a sentinel releases; null where the path is none's.</summary>
    public string? ReleasedBy(string path) => signs.ReleasedBy(path);

    /// <summary>The rule by which a file waits for its sentinel.</summary>
    public Rule WaitingFor(string path) => Rule.OfOption($"--sentinel {Sentinel} waited for", $"--sentinel {Sentinel} (it waits for {Sync.Shown.Name(System.IO.Path.GetFileName(path) + Sentinel)})");

    /// <summary>True if size and age count, for which a file must be looked at.</summary>
    public bool NeedsFacts => Bounds with { SkipHidden = false } != default;

    /// <summary>The rule that decides on a path, relative to the watched directory and in the system's separators; null where none fits, which takes it.</summary>
    public Rule? Decide(string path)
    {
        foreach (var rule in rules)
        {
            if (rule.Fits(path))
            {
                return rule;
            }
        }
        return null;
    }

    /// <summary>The rule that leaves out everything below a directory, so that nobody need look into it; null where something below may be taken.</summary>
    public Rule? DecideAllBelow(string directory)
    {
        foreach (var rule in rules)
        {
            if (rule.Takes ? rule.MayFitBelow(directory) : rule.FitsAllBelow(directory))
            {
                return rule.Takes ? null : rule;
            }
        }
        return null;
    }

    /// <summary>
    /// When a file was written, in nanoseconds since 1970 UTC. Whoever unpacks or copies a file may give it a time to come; the
    /// system's own time of its last change is never later than that.
    /// </summary>
    public static long WrittenAt(in Stamp stamp) => stamp.Changed == 0 ? stamp.Modified : Math.Min(stamp.Modified, stamp.Changed);

    /// <summary>The bound that leaves a file out; null for none.</summary>
    /// <param name="stamp">What the file is.</param>
    /// <param name="now">Milliseconds since 1970 UTC.</param>
    /// <param name="ripens">When a file that is too young will be no more, in the same unit; else 0.</param>
    public Rule? Decide(in Stamp stamp, long now, out long ripens)
    {
        var written = WrittenAt(stamp) / 1_000_000;
        var old = written + (long)Bounds.MinAge.TotalMilliseconds;
        ripens = 0;
        if (Bounds.MinSize > 0 && stamp.Size < Bounds.MinSize)
        {
            return tooSmall;
        }
        if (Bounds.MaxSize > 0 && stamp.Size > Bounds.MaxSize)
        {
            return tooLarge;
        }
        if (Bounds.MaxAge > TimeSpan.Zero && now - written > Bounds.MaxAge.TotalMilliseconds)
        {
            return tooOld;
        }
        if (Bounds.MinAge > TimeSpan.Zero && now < old)
        {
            ripens = old;
            return tooYoung;
        }
        return null;
    }

    public bool Equals(Filter? other) => other is not null && text == other.text;

    public override bool Equals(object? obj) => Equals(obj as Filter);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;
}
