using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>
/// What else each watched directory may have of its own, or in common where it has none: its key template, its marker file, its sentinels; and a limit of
/// its own, which is besides the one for all together. Owned by the thread that reads the settings.
/// </summary>
sealed class DirectoryOptions
{
    /// <summary>The options concerned.</summary>
    public static readonly ImmutableArray<Option> All = [OptionTable.KeyTemplate, OptionTable.RootMarker, OptionTable.Sentinel, OptionTable.Bandwidth];

    /// <summary>What means something else in a pattern, or is in no name of a file.</summary>
    static readonly char[] NotInNames = ['*', '?', '[', ']', '{', '}', '\\', '/', '<', '>', ':', '"', '|'];

    /// <summary>Of a name, on every file system.</summary>
    const int MostLetters = 255;

    readonly Dictionary<Option, Given> _common = [];
    readonly List<Problem> _problems;

    /// <param name="given">What counts for all directories.</param>
    /// <param name="problems">Takes the problems.</param>
    public DirectoryOptions(Effective given, List<Problem> problems)
    {
        _problems = problems;
        foreach (var option in All)
        {
            if (option != OptionTable.Bandwidth && given.Text(option) is { } value)
                _common[option] = value;
        }
    }

    /// <summary>What is given for all directories; null where nothing is.</summary>
    public Given? Common(Option option) => _common.TryGetValue(option, out var given) ? given : null;

    /// <summary>What tells one directory from another, as text.</summary>
    public string Told(in Given directory)
    {
        var told = "";
        foreach (var option in All)
            told += $"{option.Name} {Of(directory, option)?.Text} ";
        return told;
    }

    /// <summary>How the directory's keys are made below the prefix; null for the path alone.</summary>
    /// <param name="name">What {root} stands for.</param>
    public KeyTemplate? Template(in Given directory, string name)
    {
        if (Of(directory, OptionTable.KeyTemplate) is not { } value)
            return null;
        if (KeyTemplate.Parse(value.Text, name, Environment.MachineName, out var wrong) is { } template)
            return template.IsPlain ? null : template;
        Add(new($"{value.Place}: the template {Problem.Quote(value.Text)} {wrong.Why}", wrong.Hint));
        return null;
    }

    /// <summary>How fast the files of the directory may be sent; null for no limit of its own.</summary>
    public Bandwidth? Bandwidth(in Given directory)
    {
        if (Of(directory, OptionTable.Bandwidth) is not { } value)
            return null;
        var bandwidth = Storage.Bandwidth.Parse(value.Text);
        if (bandwidth is null)
            Add(Rules.NoBandwidth(value.Text, value.Place));
        return bandwidth;
    }

    /// <summary>The file without which the directory is left alone; null for none.</summary>
    public string? Marker(in Given directory) => Name(directory, OptionTable.RootMarker, "for example .s3sync");

    /// <summary>The files of the directory that are signs to us and never uploaded.</summary>
    public Signs Signs(in Given directory) => new(Marker(directory), Name(directory, OptionTable.Sentinel, "give what stands behind the name of a file that is complete, for example .done"));

    // A name, or the end of one.
    string? Name(in Given directory, Option option, string hint)
    {
        if (Of(directory, option) is not { } value)
            return null;
        if (value.Text.Length <= MostLetters && value.Text.IndexOfAny(NotInNames) < 0 && !value.Text.Any(char.IsControl) && Keys.IsUtf8(value.Text) && value.Text.Trim() == value.Text && value.Text is not ("." or ".."))
            return value.Text;
        Add(new($"{value.Place}: {Problem.Quote(value.Text)} is not a name, or a part of one", hint));
        return null;
    }

    // What is for all directories is asked for by each.
    void Add(Problem problem)
    {
        if (!_problems.Contains(problem))
            _problems.Add(problem);
    }

    // A directory's own value; an empty one there means none though there is one for all.
    (string Text, string Place)? Of(in Given directory, Option option) =>
        directory.Own?[option] is { } own ? own.Length == 0 ? null : (own, $"{option.JsonKey} of {directory.Place}")
        : _common.TryGetValue(option, out var given) ? (given.Text, given.Place)
        : null;
}
