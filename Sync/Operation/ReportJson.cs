using System;
using System.Globalization;
using System.IO;
using System.Text.Json;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>The report as a program reads it: one object, one line; times in seconds, sizes in bytes. Names once given are kept.</summary>
static class ReportJson
{
    public static void Write(DailyReport report, Stream output)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("since", Day(report.Since));
            json.WriteString("today", Day(report.Today));
            json.WriteStartArray("directories");
            foreach (var root in report.Roots)
            {
                json.WriteStartObject();
                json.WriteString("path", root.Root.Path);
                json.WriteStartArray("days");
                foreach (var (day, period) in root.Days)
                {
                    json.WriteStartObject();
                    json.WriteString("day", Day(day));
                    Write(json, period);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteStartObject("inAll");
                Write(json, root.All);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("requests");
            foreach (var (day, sums) in report.Requests)
            {
                json.WriteStartObject();
                json.WriteString("day", Day(day));
                StatusJson.Fields(json, sums);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("requestsInAll");
            StatusJson.Fields(json, report.AllRequests);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    static void Write(Utf8JsonWriter json, LedgerPeriod period)
    {
        StatusJson.Fields(json, period.Totals);
        foreach (var (name, time) in (ReadOnlySpan<(string, double)>)[("p50Seconds", period.Percentile(0.5)), ("p95Seconds", period.Percentile(0.95)), ("p99Seconds", period.Percentile(0.99)), ("maxSeconds", period.Longest)])
        {
            json.WriteNumber(name, Math.Round(time) / 1000);
        }
    }

    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
