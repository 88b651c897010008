using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace S3Sync.Sync.Settings;

/// <summary>Finds the known name that a misspelt one was meant to be.</summary>
static class Nearest
{
    /// <summary>Names longer than this are nobody's typing error.</summary>
    const int Longest = 64;

    /// <summary>What all names in the environment begin with: no sign of likeness.</summary>
    const string Common = "s3sync";

    /// <summary>The nearest of the known names, or null if none is near. Case, hyphens and underscores do not count.</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        var bare = Bare(word);
        if (bare.Length is 0 or > Longest)
            return null;
        var best = known
            .Select(name => (Name: name, Bare: Bare(name)))
            .Select(near => (near.Name, Steps: Distance(bare, near.Bare), Inside: Inside(bare, near.Bare)))
            .MinBy(near => (near.Inside ? Math.Min(near.Steps, 1) : near.Steps, near.Steps));
        return best.Name is not null && (best.Inside || best.Steps <= Math.Max(1, bare.Length / 3)) ? best.Name : null;
    }

    /// <summary>How many letters must be added, removed, changed or swapped with their neighbour to make one word the other (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }

    // "threads" for --uploader-threads; shorter pieces are inside too many names.
    static bool Inside(string a, string b) =>
        Math.Min(a.Length, b.Length) >= 4 && (a.Contains(b, StringComparison.Ordinal) || b.Contains(a, StringComparison.Ordinal));

    static string Bare(string name)
    {
        var bare = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (c is not ('-' or '_'))
                bare.Append(char.ToLowerInvariant(c));
        }
        var text = bare.ToString();
        return text.StartsWith(Common, StringComparison.Ordinal) ? text[Common.Length..] : text;
    }
}
