using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>The report as a page: one file, no script, nothing fetched, charts as SVG, in the reader's own light or dark. Pure.</summary>
static class ReportPage
{
    const string Style = """
        :root{color-scheme:light dark;--ink:#1c2430;--dim:#5d6875;--paper:#fff;--line:#dfe4ea;--a:#2f6fb3;--b:#c77700;--c:#b3323f}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--dim:#9aa5b1;--paper:#14181d;--line:#2c333b;--a:#6aa9e9;--b:#f0a63c;--c:#f07581}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.5rem 0 .25rem;overflow-wrap:anywhere}h3{font-size:.95rem;margin:1.25rem 0 .25rem}
        p{color:var(--dim);margin:.25rem 0}svg{width:100%;min-width:38rem;height:auto;display:block}text{fill:var(--dim);font:11px system-ui,sans-serif}
        .grid{stroke:var(--line)}.bar{fill:var(--a)}.a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}.curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .key{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .3em 0 .9em}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin-top:1rem;font-variant-numeric:tabular-nums}
        th,td{padding:.25rem .5rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th:first-child,td:first-child{text-align:left}th{color:var(--dim);font-weight:600}tfoot td{font-weight:600}
        """;

    public static string Of(DailyReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>s3sync {report.Since:yyyy-MM-dd} to {report.Today:yyyy-MM-dd}</title>\n<style>\n{Style}\n</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>s3sync, {report.Since:yyyy-MM-dd} to {report.Today:yyyy-MM-dd}</h1>\n<p>Times are from a file's last write to the bucket's receipt.</p>\n");
        foreach (var root in report.Roots)
        {
            Append(page, report, root);
        }
        AppendRequests(page, report);
        return page.Append("</body></html>\n").ToString();
    }

    static void Append(StringBuilder page, DailyReport report, ReportedRoot root)
    {
        var all = root.All.Totals;
        page.Append($"<h2>{Escape(Shown.Name(root.Root.Path))}</h2>\n");
        if (root.Root.AsRoot is { } known)
        {
            page.Append($"<p>for s3://{Escape(known.Bucket)}/{Escape(Shown.Name(Keys.Head(known.Prefix)))}</p>\n");
        }
        page.Append(CultureInfo.InvariantCulture, $"<p>{all.Uploaded:N0} files uploaded ({Units.Bytes(all.Bytes)}), {all.Deleted:N0} deleted, {Units.Count(all.Failed, "failed attempt")}; half of the files within {ReportText.Time(root.All.Percentile(0.5))}, 99 in a hundred within {ReportText.Time(root.All.Percentile(0.99))}.</p>\n");
        if (root.Days.Count == 0)
        {
            return;
        }
        var chart = new ReportChart(report.Since, report.Today, root.Days);
        page.Append("<h3>Files a day</h3>\n").Append(chart.Bars("files", period => period.Totals.Uploaded, value => string.Create(CultureInfo.InvariantCulture, $"{value:N0}")));
        page.Append("<h3>Bytes a day</h3>\n").Append(chart.Bars("bytes", period => period.Totals.Bytes, Units.Bytes));
        page.Append("<h3>From last write to receipt<span class=\"key\" style=\"background:var(--a)\"></span>half of the files<span class=\"key\" style=\"background:var(--b)\"></span>95 %<span class=\"key\" style=\"background:var(--c)\"></span>99 %</h3>\n");
        page.Append(chart.Curves());
        AppendTable(page, root);
    }

    static void AppendTable(StringBuilder page, ReportedRoot root)
    {
        page.Append("<div class=\"scroll\"><table><thead><tr><th>day<th>uploaded<th>bytes<th>deleted<th>gone before<th>left alone<th>failed<th>p50<th>p95<th>p99<th>max</thead>\n<tbody>\n");
        foreach (var (day, period) in root.Days)
        {
            Row(page, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), period);
        }
        page.Append("</tbody><tfoot>");
        Row(page, "in all", root.All);
        page.Append("</tfoot></table></div>\n");
    }

    static void Row(StringBuilder page, string name, LedgerPeriod period)
    {
        var t = period.Totals;
        page.Append(CultureInfo.InvariantCulture, $"<tr><td>{name}<td>{t.Uploaded:N0}<td>{Units.Bytes(t.Bytes)}<td>{t.Deleted:N0}<td>{t.Vanished:N0}<td>{t.Again:N0}<td>{t.Failed:N0}");
        foreach (var share in (ReadOnlySpan<double>)[0.5, 0.95, 0.99])
        {
            page.Append($"<td>{ReportText.Time(period.Percentile(share))}");
        }
        page.Append($"<td>{ReportText.Time(period.Longest)}\n");
    }

    static void AppendRequests(StringBuilder page, DailyReport report)
    {
        if (report.Requests.Count == 0)
        {
            return;
        }
        page.Append("<h2>Requests to S3</h2>\n<p>For all directories. Retries are requests without an answer, or with one that says: try again.</p>\n");
        page.Append("<div class=\"scroll\"><table><thead><tr><th>day<th>PUT<th>HEAD<th>part<th>create<th>complete<th>abort<th>other<th>retries</thead>\n<tbody>\n");
        foreach (var (day, sums) in report.Requests)
        {
            Row(page, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), sums);
        }
        page.Append("</tbody><tfoot>");
        Row(page, "in all", report.AllRequests);
        page.Append("</tfoot></table></div>\n");
    }

    static void Row(StringBuilder page, string name, RequestSum[] sums)
    {
        page.Append($"<tr><td>{name}");
        foreach (var sum in sums)
        {
            page.Append(CultureInfo.InvariantCulture, $"<td>{sum.Sent:N0}");
        }
        page.Append(CultureInfo.InvariantCulture, $"<td>{ReportText.Failed(sums):N0}\n");
    }

    static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;");
}
