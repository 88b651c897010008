using System;
using System.Collections.Generic;
using System.Linq;

namespace S3Sync.Sync.Settings;

/// <summary>Makes the filters of what was given: the general one, and those of directories with rules of their own. Owned by the thread that reads the settings.</summary>
sealed class Filters
{
    readonly List<Problem> problems;
    readonly DirectoryOptions directories;
    readonly IReadOnlyList<Rule> last;
    readonly Bounds bounds;
    readonly IEnumerable<(string Text, string Place)> common;

    /// <param name="given">What counts.</param>
    /// <param name="directories">Knows which files are signs to us.</param>
    /// <param name="problems">Takes the problems.</param>
    public Filters(Effective given, DirectoryOptions directories, List<Problem> problems)
    {
        (this.directories, this.problems) = (directories, problems);
        common = (given.List(OptionTable.Filter) ?? []).Select(rule => (rule.Text, rule.Place));
        last = given.Flag(OptionTable.TakeTemporary) ? [] : Rule.Temporary;
        bounds = new((long)given.Number(OptionTable.MinSize), (long)given.Number(OptionTable.MaxSize), given.Seconds(OptionTable.MinAge), given.Seconds(OptionTable.MaxAge), given.Flag(OptionTable.SkipHidden));
        if (bounds.MaxSize > 0 && bounds.MaxSize < bounds.MinSize)
            problems.Add(new($"no file has at least {bounds.MinSize} bytes and at most {bounds.MaxSize}", $"give another {OptionTable.MinSize.LongName} or {OptionTable.MaxSize.LongName}"));
        if (bounds.MaxAge > TimeSpan.Zero && bounds.MaxAge <= bounds.MinAge)
            problems.Add(new($"no file is older than {bounds.MinAge.TotalSeconds} s and not older than {bounds.MaxAge.TotalSeconds} s", $"give another {OptionTable.MinAge.LongName} or {OptionTable.MaxAge.LongName}"));
        General = Make(common, default);
    }

    /// <summary>Of every directory without rules of its own.</summary>
    public Filter General { get; }

    /// <summary>Of a watched directory.</summary>
    public Filter Of(Given directory) =>
        directory.Filters is { } own ? Make(Given.RulesOf(own).Select(rule => (rule, $"{OptionTable.Filter.JsonKey} of {directory.Place}")), directory)
        : directory.Own is null ? General
        : Make(common, directory);

    Filter Make(IEnumerable<(string Text, string Place)> given, in Given directory)
    {
        List<Rule> rules = [];
        foreach (var (text, place) in given)
        {
            if (Rule.Parse(text, out var wrong) is { } rule)
                rules.Add(rule);
            else
                problems.Add(new($"{place}: {Problem.Quote(text)} {wrong.Why}", wrong.Hint));
        }
        return new([.. rules, .. last], bounds, directories.Signs(directory));
    }
}
