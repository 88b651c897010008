using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>Charts of one directory, a day beside the other, as SVG. Days without a file have no bar and no point. Pure.</summary>
sealed class ReportChart(DateOnly since, DateOnly today, SortedDictionary<DateOnly, LedgerPeriod> days)
{
    // In units of the drawing, which is stretched to the width of the page.
    const double Width = 900, Height = 180, Left = 70, Right = 10, Top = 10, Bottom = 24;
    const int MostLabels = 8;

    // A day more or less at either end, where clocks and zones changed since.
    readonly DateOnly first = Before(First(days), since), last = After(Last(days), today);

    int Count => last.DayNumber - first.DayNumber + 1;

    double Step => (Width - Left - Right) / Count;

    /// <summary>A bar a day.</summary>
    public string Bars(string what, Func<LedgerPeriod, double> of, Func<double, string> show)
    {
        var most = 1.0;
        foreach (var period in days.Values)
        {
            most = Math.Max(most, of(period));
        }
        var svg = Begin(what);
        foreach (var part in (ReadOnlySpan<double>)[0, 0.5, 1])
        {
            Grid(svg, Y(part), show(most * part));
        }
        foreach (var (day, period) in days)
        {
            var (value, y) = (of(period), Y(of(period) / most));
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"bar\" x=\"{X(day) + Step * 0.1:0.##}\" y=\"{y:0.##}\" width=\"{Step * 0.8:0.##}\" height=\"{Y(0) - y:0.##}\"><title>{day:yyyy-MM-dd}: {show(value)}</title></rect>\n");
        }
        return End(svg);
    }

    /// <summary>The percentiles, on a scale of powers of ten.</summary>
    public string Curves()
    {
        var (low, high) = (0, 1);
        foreach (var period in days.Values)
        {
            if (period.Longest > 0)
            {
                low = Math.Min(low, (int)Math.Floor(Math.Log10(Math.Max(1, period.Percentile(0.5)) / 1000)));
                high = Math.Max(high, (int)Math.Ceiling(Math.Log10(Math.Max(1, period.Percentile(0.99)) / 1000)));
            }
        }
        var svg = Begin("seconds");
        for (var power = low; power <= high; power++)
        {
            Grid(svg, Y((double)(power - low) / (high - low)), ReportText.Time(Math.Pow(10, power + 3)));
        }
        foreach (var (curve, share) in (ReadOnlySpan<(string, double)>)[("c", 0.99), ("b", 0.95), ("a", 0.5)])
        {
            var points = new StringBuilder();
            foreach (var (day, period) in days)
            {
                if (period.Longest > 0)
                {
                    var height = (Math.Log10(Math.Max(1, period.Percentile(share)) / 1000) - low) / (high - low);
                    points.Append(CultureInfo.InvariantCulture, $"{X(day) + Step / 2:0.##},{Y(Math.Clamp(height, 0, 1)):0.##} ");
                    svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"curve {curve}\" cx=\"{X(day) + Step / 2:0.##}\" cy=\"{Y(Math.Clamp(height, 0, 1)):0.##}\" r=\"1.5\"><title>{day:yyyy-MM-dd}: {ReportText.Time(period.Percentile(share))}</title></circle>\n");
                }
            }
            svg.Append($"<polyline class=\"curve {curve}\" points=\"{points}\"/>\n");
        }
        return End(svg);
    }

    static StringBuilder Begin(string what) =>
        new StringBuilder().Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\"><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{what} a day\">\n");

    static void Grid(StringBuilder svg, double y, string label) =>
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.##}\" y2=\"{y:0.##}\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.##}\" text-anchor=\"end\">{label}</text>\n");

    string End(StringBuilder svg)
    {
        var every = (Count + MostLabels - 1) / MostLabels;
        for (var i = 0; i < Count; i += every)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(first.AddDays(i)) + Step / 2:0.##}\" y=\"{Height - 6}\" text-anchor=\"middle\">{first.AddDays(i).ToString(Count > 365 ? "yyyy-MM" : "MM-dd", CultureInfo.InvariantCulture)}</text>\n");
        }
        return svg.Append("</svg></div>\n").ToString();
    }

    double X(DateOnly day) => Left + (day.DayNumber - first.DayNumber) * Step;

    static double Y(double part) => Top + (1 - part) * (Height - Top - Bottom);

    /// <summary>A chart of all time begins where something happened, not where the calendar does.</summary>
    static DateOnly Before(DateOnly first, DateOnly since) => first.DayNumber - since.DayNumber > 365 || first < since ? first : since;

    static DateOnly After(DateOnly last, DateOnly today) => last > today ? last : today;

    static DateOnly First(SortedDictionary<DateOnly, LedgerPeriod> days)
    {
        foreach (var day in days.Keys)
        {
            return day;
        }
        return DateOnly.MinValue;
    }

    static DateOnly Last(SortedDictionary<DateOnly, LedgerPeriod> days)
    {
        var last = DateOnly.MinValue;
        foreach (var day in days.Keys)
        {
            last = day;
        }
        return last;
    }
}
