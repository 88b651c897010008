using System.Collections.Generic;
using System.Text;

namespace S3Sync.Tests.Support.S3;

/// <summary>The order of S3 listings: by the bytes of UTF-8, where an emoji comes after U+FFFD; in UTF-16 it comes before.</summary>
static class Utf8Order
{
    public static readonly IComparer<string> Comparer = Comparer<string>.Create(Compare);

    public static int Compare(string? a, string? b)
    {
        if (a is null || b is null)
            return (a is null ? 0 : 1) - (b is null ? 0 : 1);
        var (left, right) = (a.EnumerateRunes(), b.EnumerateRunes());
        while (true)
        {
            var (more, other) = (left.MoveNext(), right.MoveNext());
            if (!more || !other)
                return (more ? 1 : 0) - (other ? 1 : 0);
            // Code points sort as their UTF-8 does.
            if (left.Current.CompareTo(right.Current) is var order and not 0)
                return order;
        }
    }
}
