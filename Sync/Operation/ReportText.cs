using System;
using System.Globalization;
using System.Text;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>The report as a person reads it, and as a spreadsheet does. Pure.</summary>
static class ReportText
{
    /// <summary>At most 80 characters wide but for the names of directories; numbers beyond their columns push the rest aside.</summary>
    public static string Of(DailyReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Since:yyyy-MM-dd} to {report.Today:yyyy-MM-dd}; times are from the last write to the receipt\n");
        foreach (var root in report.Roots)
        {
            text.Append($"\n{Shown.Name(root.Root.Path)}{(root.Root.AsRoot is { } known ? $" for s3://{known.Bucket}/{Shown.Name(Keys.Head(known.Prefix))}" : "")}\n");
            text.Append($"  {"day",-10}{"uploaded",10}{"bytes",10}{"deleted",9}{"failed",7}{"p50",8}{"p95",8}{"p99",8}{"max",8}\n");
            foreach (var (day, period) in root.Days)
            {
                Line(text, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), period);
            }
            Line(text, "in all", root.All);
        }
        if (report.Requests.Count > 0)
        {
            text.Append($"\nrequests to S3; retries are those without an answer, or told to try again\n");
            text.Append($"  {"day",-10}{"PUT",10}{"HEAD",9}{"part",9}{"create",8}{"complete",9}{"abort",7}{"other",7}{"retries",8}\n");
            foreach (var (day, sums) in report.Requests)
            {
                Line(text, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), sums);
            }
            Line(text, "in all", report.AllRequests);
        }
        return text.ToString();
    }

    // In the order of RequestKind.
    static readonly string[] Kinds = ["put_requests", "head_requests", "part_requests", "create_requests", "complete_requests", "abort_requests", "other_requests"];

    /// <summary>How many of the requests of all kinds had to be sent again.</summary>
    public static long Failed(RequestSum[] sums)
    {
        var failed = 0L;
        foreach (var sum in sums)
        {
            failed += sum.Failed;
        }
        return failed;
    }

    /// <summary>A line a directory and day, as RFC 4180 has it: https://www.rfc-editor.org/rfc/rfc4180. Names once given are kept.</summary>
    public static string Csv(DailyReport report)
    {
        var text = new StringBuilder($"day,directory,found,uploaded,bytes,deleted,vanished,left_alone,failed_attempts,p50_seconds,p95_seconds,p99_seconds,max_seconds,{string.Join(',', Kinds)},retries\r\n");
        foreach (var root in report.Roots)
        {
            var name = $"\"{root.Root.Path.Replace("\"", "\"\"")}\"";
            foreach (var (day, period) in root.Days)
            {
                var t = period.Totals;
                text.Append(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd},{name},{t.Found},{t.Uploaded},{t.Bytes},{t.Deleted},{t.Vanished},{t.Again},{t.Failed},");
                text.Append(CultureInfo.InvariantCulture, $"{Seconds(period, 0.5):0.###},{Seconds(period, 0.95):0.###},{Seconds(period, 0.99):0.###},{period.Longest / 1000.0:0.###}{new string(',', Kinds.Length + 1)}\r\n");
            }
        }
        // Requests are counted for all directories together: their lines name none.
        foreach (var (day, sums) in report.Requests)
        {
            text.Append(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd},\"\"{new string(',', 11)}");
            foreach (var sum in sums)
            {
                text.Append(CultureInfo.InvariantCulture, $",{sum.Sent}");
            }
            text.Append(CultureInfo.InvariantCulture, $",{Failed(sums)}\r\n");
        }
        return text.ToString();
    }

    /// <summary>A time as a person reads it, in at most seven characters.</summary>
    public static string Time(double milliseconds) => milliseconds switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s"),
        < 120_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0} s"),
        < 7_200_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000:0} min"),
        < 172_800_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 3_600_000:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 86_400_000:0} d"),
    };

    static double Seconds(LedgerPeriod period, double share) => period.Percentile(share) / 1000;

    static void Line(StringBuilder text, string name, LedgerPeriod period)
    {
        var t = period.Totals;
        text.Append(CultureInfo.InvariantCulture, $"  {name,-10}{t.Uploaded,10:N0}{Units.Bytes(t.Bytes),10}{t.Deleted,9:N0}{t.Failed,7:N0}");
        text.Append($"{Time(period.Percentile(0.5)),8}{Time(period.Percentile(0.95)),8}{Time(period.Percentile(0.99)),8}{Time(period.Longest),8}\n");
    }

    static void Line(StringBuilder text, string name, RequestSum[] sums)
    {
        ReadOnlySpan<int> widths = [10, 9, 9, 8, 9, 7, 7];
        text.Append(CultureInfo.InvariantCulture, $"  {name,-10}");
        for (var kind = 0; kind < widths.Length; kind++)
        {
            text.Append(sums[kind].Sent.ToString("N0", CultureInfo.InvariantCulture).PadLeft(widths[kind]));
        }
        text.Append(CultureInfo.InvariantCulture, $"{Failed(sums),8:N0}\n");
    }
}
