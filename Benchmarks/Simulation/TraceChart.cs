using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace S3Sync.Benchmarks;

/// <summary>Draws what the limit, the requests under way and the throughput did in each scenario. Plain SVG, readable
/// on light and dark pages.</summary>
static class TraceChart
{
    const int Width = 400, Height = 130, Left = 36, Top = 46, Row = 190, Column = 460, Points = 160;

    public static string Draw(IReadOnlyList<Scenario> scenarios, int most)
    {
        var text = new StringBuilder();
        var height = Top + ((scenarios.Count + 1) / 2 * Row);
        Append(text, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2 * Column}\" height=\"{height}\"");
        Append(text, $" font-family=\"sans-serif\" font-size=\"12\" fill=\"#808080\">\n");
        Append(text, $"<text x=\"0\" y=\"14\">Simulated: <tspan fill=\"#2a7ab0\">the limit</tspan>, ");
        Append(text, $"requests under way (grey), <tspan fill=\"#c07020\">throughput</tspan> ");
        Append(text, $"as a share of its highest; seconds</text>\n");
        foreach (var (scenario, at) in scenarios.Select((scenario, at) => (scenario, at)))
        {
            Append(text, $"<g transform=\"translate({Left + (at % 2 * Column)},{Top + (at / 2 * Row)})\">\n");
            Panel(text, scenario, most);
            text.Append("</g>\n");
        }
        return text.Append("</svg>\n").ToString();
    }

    static void Panel(StringBuilder text, Scenario scenario, int most)
    {
        var bucket = scenario.Run(new OwnLimit(most), sample: 0.001);
        var end = bucket.Trace[^1].At;
        var points = Enumerable.Range(0, Points + 1).Select(one => bucket.Before(end * one / Points)).ToList();
        var top = Math.Max(32, bucket.Trace.Max(point => point.Limit));
        double RateAt(int at) => Rate(points[Math.Max(0, at - 2)], points[Math.Min(Points, at + 2)]);
        var rates = Enumerable.Range(0, points.Count).Select(RateAt).ToList();
        var highest = rates.Max();
        var underWay = Line(points.Select(point => (double)Math.Min(top, point.UnderWay) / top));
        var limit = Line(points.Select(point => (double)point.Limit / top))[1..];
        var throughput = Line(rates.Select(rate => rate / highest))[1..];
        Append(text, $"<text y=\"-8\">{scenario.Name}</text>\n");
        Append(text, $"<path d=\"M0,0 V{Height} H{Width}\" fill=\"none\" stroke=\"#808080\"/>");
        Append(text, $"<text x=\"-4\" y=\"10\" text-anchor=\"end\">{top}</text>");
        Append(text, $"<text x=\"-4\" y=\"{Height}\" text-anchor=\"end\">0</text>");
        Append(text, $"<text x=\"{Width}\" y=\"{Height + 14}\" text-anchor=\"end\">{end:0.0} s</text>\n");
        Append(text, $"<path d=\"M0,{Height}{underWay} V{Height} Z\" fill=\"#808080\" fill-opacity=\"0.25\"/>\n");
        Append(text, $"<path d=\"M{throughput}\" fill=\"none\" stroke=\"#c07020\"/>\n");
        Append(text, $"<path d=\"M{limit}\" fill=\"none\" stroke=\"#2a7ab0\" stroke-width=\"2\"/>\n");
    }

    static void Append(StringBuilder text, FormattableString what) =>
        text.Append(what.ToString(CultureInfo.InvariantCulture));

    static double Rate(SimulatedBucket.Point from, SimulatedBucket.Point to) =>
        to.At > from.At ? (to.Bytes - from.Bytes + (600.0 * (to.Files - from.Files))) / (to.At - from.At) : 0;

    static string Line(IEnumerable<double> shares)
    {
        var text = new StringBuilder();
        foreach (var (share, at) in shares.Select((share, at) => (share, at)))
        {
            text.Append(CultureInfo.InvariantCulture, $"L{(double)Width * at / Points:0.#},{Height * (1 - share):0.#}");
        }
        return text.ToString();
    }
}
