using System;
using System.Collections.Immutable;
using System.Globalization;

namespace S3Sync.Storage;

/// <summary>How many bytes a second may be sent, by the time of day of this machine. Pure.</summary>
sealed record Bandwidth
{
    const double Megabyte = 1 << 20, Least = 1.0 / 1024, Most = 1 << 20;

    // In the order of their times; the last one holds until the first one of the next day. Null: no limit.
    readonly ImmutableArray<(TimeOnly From, double? BytesPerSecond)> steps;

    Bandwidth(ImmutableArray<(TimeOnly, double?)> steps) => this.steps = steps;

    /// <summary>
    /// One limit for all day ("2.5", in MB a second, "off" for none), or a timetable ("08:00,1 18:30,off"): from each time on, that limit.
    /// Null where it is neither.
    /// </summary>
    public static Bandwidth? Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [var only] && TryLimit(only, out var always))
        {
            return new([(TimeOnly.MinValue, always)]);
        }
        var steps = ImmutableArray.CreateBuilder<(TimeOnly From, double? BytesPerSecond)>();
        foreach (var word in words)
        {
            var comma = word.IndexOf(',');
            if (comma < 0 || !TimeOnly.TryParseExact(word.AsSpan(0, comma), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)
                || !TryLimit(word.AsSpan(comma + 1), out var limit) || (steps.Count > 0 && from <= steps[^1].From))
            {
                return null;
            }
            steps.Add((from, limit));
        }
        return steps.Count == 0 ? null : new(steps.ToImmutable());
    }

    /// <summary>Bytes a second at that time of day; null for no limit.</summary>
    public double? At(TimeOnly time)
    {
        for (var i = steps.Length - 1; i >= 0; i--)
        {
            if (steps[i].From <= time)
            {
                return steps[i].BytesPerSecond;
            }
        }
        return steps[^1].BytesPerSecond;
    }

    static bool TryLimit(ReadOnlySpan<char> text, out double? bytesPerSecond)
    {
        bytesPerSecond = null;
        if (text is "off")
        {
            return true;
        }
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var megabytes) && megabytes is >= Least and <= Most;
        bytesPerSecond = megabytes * Megabyte;
        return isNumber;
    }
}
