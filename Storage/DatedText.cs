using System;
using System.Globalization;

namespace S3Sync.Storage;

/// <summary>Text in which {yyyy}, {MM} and {dd} stand for year, month and day on which a file was last written to, in UTC. Pure.</summary>
static class DatedText
{
    /// <summary>The words, without their braces.</summary>
    public static readonly string[] Words = ["yyyy", "MM", "dd"];

    public static bool IsDated(string text)
    {
        foreach (var word in Words)
        {
            if (text.Contains($"{{{word}}}", StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The text on a day. It is never longer than with its words in it.</summary>
    public static string On(string text, DateTime day)
    {
        foreach (var word in Words)
        {
            text = text.Replace($"{{{word}}}", day.ToString(word, CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }
        return text;
    }
}
