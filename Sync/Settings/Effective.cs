using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace S3Sync.Sync.Settings;

/// <summary>
/// What counts: for each option what the highest source gives, as a typed value, and which source that was.
/// A value that cannot be used becomes a problem and, so that the rest can be judged too, the option's default.
/// Owned by the thread that reads the settings.
/// </summary>
/// <param name="layers">The sources, the highest first.</param>
/// <param name="problems">Takes the problems.</param>
sealed class Effective(List<Layer> layers, List<Problem> problems)
{
    readonly Dictionary<string, Origin> _origins = [];

    /// <summary>Where each value asked for came from, by the option's name.</summary>
    public IReadOnlyDictionary<string, Origin> Origins => _origins;

    /// <summary>True if a source could not be read: then nothing is missing for sure.</summary>
    public bool Incomplete => layers.Any(layer => layer.Failed);

    /// <summary>Adds a source below the others: the file, which is read last because they say where it is.</summary>
    public void AddLowest(Layer layer) => layers.Add(layer);

    /// <summary>All values of a list, null where no source gives it.</summary>
    public IReadOnlyList<Given>? List(Option option)
    {
        var layer = layers.FirstOrDefault(layer => layer[option] is not null);
        _origins[option.Name] = layer?.Origin ?? Origin.Default;
        return layer?[option];
    }

    /// <summary>The value as written, null where no source gives it. Empty is a problem unless the option may be.</summary>
    public Given? Text(Option option)
    {
        if (List(option) is not [var given, ..])
            return null;
        // It may become part of a header, where a line end begins another one. Not shown: it may be a secret.
        if (option.Kind == Kind.Text && !option.IsVerbatim && given.Text.Any(char.IsControl))
        {
            problems.Add(new($"{given.Place} has a control character in it (a line end, perhaps)", "take it out"));
            return null;
        }
        if (given.Text.Length > 0 || option.MayBeEmpty)
            return given;
        problems.Add(new($"{given.Place} is empty", $"give {option.Expected}, or leave it out"));
        return null;
    }

    public bool Flag(Option option)
    {
        if (Text(option) is not { } given)
            return false;
        if (bool.TryParse(given.Text, out var flag))
            return flag;
        // In the environment and only there: JSON has words of its own for it.
        switch (_origins[option.Name] == Origin.Environment ? given.Text.ToLowerInvariant() : "")
        {
            case "1" or "yes":
                return true;
            case "0" or "no":
                return false;
            default:
                Refuse(option, given, "give true or false, or leave it out for false");
                return false;
        }
    }

    /// <summary>A number in the option's own unit and range.</summary>
    public double Number(Option option)
    {
        if (Text(option) is { } given && !given.Text.Equals(option.Word, StringComparison.OrdinalIgnoreCase))
        {
            // Written so that NaN fails too.
            if (double.TryParse(given.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number >= option.Range.Min && number <= option.Range.Max
                && (option.Fractions || number == Math.Floor(number)))
                return number;
            Refuse(option, given, $"for example {option.Default}, which is the default");
        }
        return option.Word is null ? double.Parse(option.Default!, CultureInfo.InvariantCulture) : option.Range.Max;
    }

    public TimeSpan Seconds(Option option) => TimeSpan.FromSeconds(Number(option));

    /// <summary>Bytes of a number of MB; 1 MB is 1,048,576 bytes, as the original program and S3's limits have it.</summary>
    public long Bytes(Option option) => (long)Number(option) << 20;

    /// <summary>One of the option's words, in lower case. Some have a short form.</summary>
    public string Choice(Option option)
    {
        if (Text(option) is { } given)
        {
            var word = given.Text.ToLowerInvariant() switch
            {
                "info" => "information",
                "warn" => "warning",
                var other => other,
            };
            if (option.Choices.Contains(word))
                return word;
            Refuse(option, given, Nearest.To(given.Text, option.Choices) is { } near ? $"did you mean {near}?" : $"leave it out for {option.Default}");
        }
        return option.Default!;
    }

    void Refuse(Option option, Given given, string hint) =>
        problems.Add(new($"{given.Place}: {Problem.Quote(given.Text)} is not {option.Expected}", hint));
}
