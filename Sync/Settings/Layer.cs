using System;
using System.Collections.Generic;

namespace S3Sync.Sync.Settings;

/// <summary>Where a value came from, in rising order: a later one replaces an earlier one.</summary>
enum Origin : byte { Default, File, Environment, CommandLine }

/// <summary>One value as somebody wrote it.</summary>
/// <param name="Text">The value.</param>
/// <param name="Place">Where it stands, for messages: <c>--bucket</c>, <c>S3SYNC_BUCKET</c>, <c>bucket in s3sync.json</c>.</param>
/// <param name="Bucket">A watched directory's own bucket, null where it has none.</param>
/// <param name="Prefix">A watched directory's own prefix, null where it has none.</param>
/// <param name="Own">What else a watched directory has of its own, null where it has nothing.</param>
readonly record struct Given(string Text, string Place, string? Bucket = null, string? Prefix = null, Own? Own = null)
{
    /// <summary>A watched directory's own rules, one a line, null where it has none: so that what is given the same is the same.</summary>
    public string? Filters { get; init; }

    /// <summary>Rules that are given in one text, as in the environment: divided by ';' or lines.</summary>
    public static string[] RulesOf(string text, bool environment = false) =>
        text.Split(environment ? [';', '\n'] : ['\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>What one source gives: not yet judged, only found. Owned by the thread that reads the settings.</summary>
sealed class Layer(Origin origin)
{
    readonly Dictionary<Option, List<Given>> _values = [];

    public Origin Origin { get; } = origin;

    /// <summary>True if the source could not be read, so that what it does not give proves nothing.</summary>
    public bool Failed { get; set; }

    public void Add(Option option, Given given)
    {
        if (!_values.TryGetValue(option, out var values))
            _values[option] = values = [];
        values.Add(given with { Text = option.Trim(given.Text) });
    }

    /// <summary>Says that the source gives a list, even if nothing follows.</summary>
    public void Begin(Option option) => _values.TryAdd(option, []);

    /// <summary>What it gives for the option, null if nothing.</summary>
    public IReadOnlyList<Given>? this[Option option] => _values.GetValueOrDefault(option);
}
