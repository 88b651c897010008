using System;
using System.Collections.Generic;

namespace S3Sync.Sync.Settings;

/// <summary>Names with values in one text: <c>a=1,b=2</c>. What would divide them is written as in a URL: %2C, %25. Pure.</summary>
static class Pairs
{
    /// <summary>The pairs in their order; null where one of them is none, which is <paramref name="wrong"/> then.</summary>
    public static List<(string Name, string Value)>? Read(string text, char separator, out string wrong)
    {
        List<(string, string)> pairs = [];
        foreach (var piece in text.Split(separator))
        {
            var end = piece.IndexOf('=');
            var name = end < 0 ? "" : Uri.UnescapeDataString(piece[..end]).Trim();
            if (name.Length == 0)
            {
                wrong = piece;
                return null;
            }
            pairs.Add((name, Uri.UnescapeDataString(piece[(end + 1)..]).Trim()));
        }
        wrong = "";
        return pairs;
    }
}
