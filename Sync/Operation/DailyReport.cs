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
    /// <summary>Requests to the bucket, for all directories together, by <see cref="RequestKind"/>.</summary>
    public SortedDictionary<DateOnly, RequestSum[]> Requests { get; } = [];

    /// <summary>The requests of all these days.</summary>
    public RequestSum[] AllRequests
    {
        get
        {
            var all = new RequestSum[BucketRequests.Kinds];
            foreach (var sums in Requests.Values)
            {
                for (var kind = 0; kind < all.Length; kind++)
                {
                    all[kind] += sums[kind];
                }
            }
            return all;
        }
    }

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
        var history = new LedgerHistory(reader);
        var report = new DailyReport(since, today, roots);
        history.Read(first, (id, hour) => PeriodOf(byId[id].Days, DayOf(hour)));
        history.ReadRequests(first, report.Add);
        figures.End();
        foreach (var root in roots)
        {
            foreach (var day in root.Days.Values)
            {
                root.All.Add(day);
            }
        }
        return report;
    }

    void Add(long hour, int kind, RequestSum more)
    {
        if (!Requests.TryGetValue(DayOf(hour), out var sums))
        {
            Requests[DayOf(hour)] = sums = new RequestSum[BucketRequests.Kinds];
        }
        sums[kind] += more;
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
