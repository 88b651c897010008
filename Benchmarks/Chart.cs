using System;
using System.Globalization;
using System.Linq;
using System.Text;

namespace S3Sync.Benchmarks;

/// <summary>Draws one figure of a table as bars. Plain SVG, readable on light and dark pages.</summary>
static class Chart
{
    const int Bar = 22, Gap = 8, LeastNames = 80, Letter = 8, Width = 720, Figures = 90;

    /// <param name="figure">What it is of each program, in s.</param>
    public static string Draw(ComparisonTable table, string named, Func<ComparisonRow, double> figure)
    {
        var most = table.Rows.Max(figure);
        var names = Math.Max(LeastNames, table.Rows.Max(row => row.Name.Length) * Letter);
        var height = 40 + (table.Rows.Count * (Bar + Gap));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" font-family="sans-serif" font-size="14" fill="#808080">""");
        text.Append(CultureInfo.InvariantCulture, $"\n<text x=\"0\" y=\"20\">{named} for {table.Tree}</text>\n");
        foreach (var (row, at) in table.Rows.Select((row, at) => (row, 40 + (at * (Bar + Gap)))))
        {
            var length = (Width - names - Figures) * figure(row) / most;
            var colour = row.Name == "s3sync" ? "#2a7ab0" : "#b0b0b0";
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{at + 16}\">{row.Name}</text><rect x=\"{names}\" y=\"{at}\" width=\"{length:0.0}\" height=\"{Bar}\" fill=\"{colour}\"/><text x=\"{names + length + 6:0.0}\" y=\"{at + 16}\">{figure(row):0.00}</text>\n");
        }
        return text.Append("</svg>\n").ToString();
    }
}
