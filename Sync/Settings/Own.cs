using System;
using System.Collections.Generic;
using System.Linq;

namespace S3Sync.Sync.Settings;

/// <summary>What a watched directory of the JSON file has of its own: an option's value as it was written, where there is one. Compared by its values.</summary>
sealed class Own(IReadOnlyList<(Option Option, string Text)> values) : IEquatable<Own>
{
    readonly IReadOnlyList<(Option Option, string Text)> _values = values;

    /// <summary>Null where it has none; empty to have none though there is one for all.</summary>
    public string? this[Option option]
    {
        get
        {
            foreach (var (known, text) in _values)
            {
                if (known == option)
                    return text;
            }
            return null;
        }
    }

    public bool Equals(Own? other) => other is not null && _values.SequenceEqual(other._values);

    public override bool Equals(object? other) => Equals(other as Own);

    public override int GetHashCode() => _values.Count;
}
