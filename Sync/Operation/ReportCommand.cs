using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync report</c>: what was done, day by day, and how long files waited for it.</summary>
static class ReportCommand
{
    const string Since = "--since", Json = "--json", Csv = "--csv", Html = "--html";
    const int Days = 30;

    public static readonly CommandText Text = new("report", "", "what was done day by day, and how fast")
    {
        Words =
        [
            new(Since, "DATE", "from that day on (2026-01-31); else the last 30 days"),
            new(Json, "", "one JSON object instead of text"),
            new(Csv, "", "a table for a spreadsheet instead of text"),
            new(Html, "FILE", "a page with charts, whole in that one file"),
        ],
        Detail = """
            For each watched directory and day: files and bytes uploaded, deleted, failed
            attempts, and the time from a file's last write to the bucket's receipt: what
            half of them, 95 and 99 in a hundred did not exceed, and the longest. From the
            ledger's sums by hour; percentiles are right within a seventh. A file that lay
            there before the first run waited since it was written. Then the requests to S3,
            by kind, of all directories together.
            """,
        Examples = [("report", "the last 30 days"), ("report --since 2026-01-01 --html report.html", "to be shown"), ("report --csv > report.csv", "for a spreadsheet")],
    };

    public static Task<int> RunAsync(Asked asked) => Task.FromResult(Run(asked));

    static int Run(Asked asked)
    {
        var today = DateOnly.FromDateTime(DateTime.Now);
        var since = today.AddDays(1 - Days);
        if (asked[Since] is { } date && !DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out since))
        {
            return Product.Refuse([new($"{Since}: {Problem.Quote(date)} is no date", "for example 2026-01-31")]);
        }
        if (Beside.Read(asked) is not { } settings)
        {
            return Exit.BadSettings;
        }
        using var reader = Beside.Open(settings);
        if (reader is null)
        {
            return Exit.Failed;
        }
        var report = DailyReport.Of(reader, since, today);
        if (asked[Html] is { } file)
        {
            return WritePage(report, Path.GetFullPath(file));
        }
        using var output = Console.OpenStandardOutput();
        if (asked.Has(Json))
        {
            ReportJson.Write(report, output);
        }
        else
        {
            output.Write(Encoding.UTF8.GetBytes(asked.Has(Csv) ? ReportText.Csv(report) : ReportText.Of(report)));
        }
        return Exit.Done;
    }

    static int WritePage(DailyReport report, string file)
    {
        List<LedgerRoot> roots = [];
        foreach (var root in report.Roots)
        {
            roots.Add(root.Root);
        }
        if (Beside.RootOf(roots, Beside.RealPathOf(file)) is { } watched)
        {
            return Product.Refuse([new($"{Html}: {Shown.Name(file)} is in a watched directory, and would be uploaded and deleted", $"name a file outside {Shown.Name(watched.Root.Path)}")]);
        }
        try
        {
            File.WriteAllText(file, ReportPage.Of(report), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Product.Say(new($"{Shown.Name(file)} cannot be written: {e.Message}", "name another file"));
            return Exit.Failed;
        }
        Console.Out.WriteLine($"written to {Shown.Name(file)}");
        return Exit.Done;
    }
}
