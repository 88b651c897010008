using System;
using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>One watched directory's past: day by day, the latest last, and in all.</summary>
sealed record ReportedRoot(LedgerRoot Root, SortedDictionary<DateOnly, LedgerPeriod> Days, LedgerPeriod All);

/// <summary>What happened since a day, in days of this machine's own zone.</summary>
/// <param name="Since">The first day.</param>
/// <param name="Today">The last one.</param>
sealed record DailyReport(DateOnly Since, DateOnly Today, IReadOnlyList<ReportedRoot> Roots)
{
    /// <summary>Reads it from the sums by hour; a day of a zone that is half an hour off begins within its first hour.</summary>
    public static DailyReport Of(LedgerReader reader, DateOnly since, DateOnly today)
    {
        var figures = new LedgerFigures(reader);
        figures.Begin();
        List<ReportedRoot> roots = [];
        Dictionary<int, ReportedRoot> byId = [];
        foreach (var root in figures.Roots())
        {
            roots.Add(byId[root.Id] = new(root, [], new()));
        }
        var first = new DateTimeOffset(since.ToDateTime(TimeOnly.MinValue)).ToUnixTimeMilliseconds() / LedgerCounters.HourInMilliseconds;
        new LedgerHistory(reader).Read(first, (id, hour) => PeriodOf(byId[id].Days, DayOf(hour)));
        figures.End();
        foreach (var root in roots)
        {
            foreach (var day in root.Days.Values)
            {
                root.All.Add(day);
            }
        }
        return new(since, today, roots);
    }

    static DateOnly DayOf(long hour) =>
        DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(hour * LedgerCounters.HourInMilliseconds).LocalDateTime);

    static LedgerPeriod PeriodOf(SortedDictionary<DateOnly, LedgerPeriod> days, DateOnly day)
    {
        if (!days.TryGetValue(day, out var period))
        {
            days[day] = period = new();
        }
        return period;
    }
}
