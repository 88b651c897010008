using System;
using System.Collections.Immutable;

namespace S3Sync.Sync.Settings;

/// <summary>What an option's value looks like.</summary>
enum Kind : byte
{
    /// <summary>Any text; further rules are the option's own.</summary>
    Text,
    /// <summary>A path, relative to the working directory.</summary>
    Path,
    /// <summary>A number in a unit, within a range.</summary>
    Number,
    /// <summary>Yes or no. On the command line its name is enough.</summary>
    Flag,
    /// <summary>One of a few words.</summary>
    Choice,
    /// <summary>Several paths; the higher source replaces the lower one's as a whole.</summary>
    List,
    /// <summary>Several rules in an order; the higher source replaces the lower one's as a whole.</summary>
    Rules,
}

/// <summary>Where an option may be given.</summary>
[Flags]
enum Sources : byte { File = 1, Environment = 2, CommandLine = 4, All = File | Environment | CommandLine }

/// <summary>One row of the <see cref="OptionTable"/>: all there is to know of an option, once.</summary>
/// <param name="name">The long name, in lower case with hyphens, without the leading ones.</param>
/// <param name="kind">What its value looks like.</param>
/// <param name="description">One line for --help, at most 50 characters together with the default.</param>
sealed class Option(string name, Kind kind, string description)
{
    /// <summary>The long name without its hyphens in front: <c>upload-part-size</c>.</summary>
    public string Name { get; } = name;

    public Kind Kind { get; } = kind;

    /// <summary>True if it has any number of values.</summary>
    public bool IsList => Kind is Kind.List or Kind.Rules;

    public string Description { get; } = description;

    /// <summary>The one-letter name, '\0' where it has none.</summary>
    public char Short { get; init; }

    /// <summary>What stands for the value in --help, empty for a flag.</summary>
    public string Value { get; init; } = "";

    /// <summary>The value it has where nobody gives one, as it would be given; null where it has none or it depends on the machine.</summary>
    public string? Default { get; init; }

    /// <summary>Smallest and largest number, both allowed.</summary>
    public (double Min, double Max) Range { get; init; }

    /// <summary>True where fractions of the number's unit are allowed.</summary>
    public bool Fractions { get; init; }

    /// <summary>The word that leaves the number to s3sync, up to the largest; null where there is none.</summary>
    public string? Word { get; init; }

    /// <summary>The number's unit as a word in a message.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The words to choose from.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>Where it may be given.</summary>
    public Sources Sources { get; init; } = Sources.All;

    /// <summary>True if each watched directory may have its own in the JSON file.</summary>
    public bool PerDirectory { get; init; }

    /// <summary>False where only the help of the run itself names it: the help of the program fits a screen.</summary>
    public bool InBrief { get; init; } = true;

    /// <summary>True if a user and a password may stand in it, before an '@': then it is shown only as <see cref="EndpointRules.WithoutLogin"/> leaves it.</summary>
    public bool MayHoldPassword { get; init; }

    /// <summary>True if blanks at its ends are part of it, as names of files and keys may have them. Others are trimmed: a line end of Windows stands at the end of many a variable.</summary>
    public bool IsVerbatim { get; init; } = kind is Kind.Path or Kind.List or Kind.Rules;

    /// <summary>The value as it counts.</summary>
    public string Trim(string text) => IsVerbatim ? text : text.Trim();

    /// <summary>True if empty is a value. Elsewhere an empty environment variable counts as not set.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>Its name on the command line: <c>--upload-part-size</c>.</summary>
    public string LongName => "--" + Name;

    /// <summary>Its key in the JSON file: <c>uploadPartSize</c>; a list's is in the plural.</summary>
    public string JsonKey { get; } = CamelCase(name) + (kind is Kind.List or Kind.Rules ? "s" : "");

    /// <summary>Its name in the environment: <c>S3SYNC_UPLOAD_PART_SIZE</c>.</summary>
    public string EnvironmentName { get; } = OptionTable.EnvironmentPrefix + name.Replace('-', '_').ToUpperInvariant();

    /// <summary>What a good value is, to stand behind "is not".</summary>
    public string Expected => Kind switch
    {
        Kind.Number => $"{(Word is null ? "" : Word + " or ")}a {(Fractions ? "number" : "whole number")} of {Unit} from {Range.Min:0} to {Range.Max:0}",
        Kind.Flag => "true or false",
        Kind.Choice => "one of " + string.Join(", ", Choices),
        _ => Value,
    };

    static string CamelCase(string name)
    {
        var words = name.Split('-');
        for (var i = 1; i < words.Length; i++)
            words[i] = char.ToUpperInvariant(words[i][0]) + words[i][1..];
        return string.Concat(words);
    }
}
