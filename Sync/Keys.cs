using System;
using System.Buffers;
using System.IO;
using System.Text;

namespace S3Sync.Sync;

/// <summary>Whether a path has a key.</summary>
enum KeyVerdict : byte
{
    /// <summary>It has one.</summary>
    Ok,
    /// <summary>The key would be longer than <see cref="Keys.MaxBytes"/>.</summary>
    KeyTooLong,
    /// <summary>The path holds an unpaired surrogate, which UTF-8 cannot express.</summary>
    NotUtf8,
}

/// <summary>
/// From local path to object key, and nothing else: key = prefix + "/" + path relative to the root, with '/' for the system's separator, or what
/// the root's <see cref="KeyTemplate"/> makes of that path. Pure; two paths of one root never get one key, and <see cref="Twin"/> says exactly when those of two
/// roots without a template do; roots with one are refused where <see cref="Overlap"/> says that they could.
/// A relative path is what a listing gives: not empty, no separator at its ends, no "." or ".." in it.
/// </summary>
static class Keys
{
    /// <summary>Longest key in bytes of UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html</summary>
    public const int MaxBytes = 1024;

    // Of UTF-16 in UTF-8.
    const int MostBytesOfCharacter = 3;

    // A ':' would name a stream of another file.
    static readonly SearchValues<char> Reserved = SearchValues.Create("<>:\"|?*\\");

    /// <summary>What stands before the relative path in every key of a prefix: empty, or ending in exactly the '/' it came with or was given.</summary>
    public static string Head(string prefix) => prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";

    /// <summary>The key of a file of the root; empty unless the verdict is Ok. Where the key has a time in it the verdict alone holds: it is the same for all times.</summary>
    public static KeyVerdict Make(Root root, string relative, out string key) =>
        Make(root, relative, Path.DirectorySeparatorChar, out key);

    /// <summary>The key of a file that was last written to at that time: nanoseconds since 1970 UTC.</summary>
    public static KeyVerdict Make(Root root, string relative, long modified, out string key) =>
        Make(root, relative, Path.DirectorySeparatorChar, out key, modified);

    /// <summary>The same on a system whose separator is given. On Linux a backslash is part of a name and stays.</summary>
    public static KeyVerdict Make(Root root, string relative, char separator, out string key, long modified = 0)
    {
        key = "";
        if (!IsUtf8(relative))
            return KeyVerdict.NotUtf8;
        var path = relative.Replace(separator, '/');
        var whole = string.Concat(Head(root.Prefix), root.Template is { } template ? template.Make(path, modified) : path);
        if (Encoding.UTF8.GetByteCount(whole) > MaxBytes)
            return KeyVerdict.KeyTooLong;
        key = whole;
        return KeyVerdict.Ok;
    }

    /// <summary>True if the path has no key as that would be too long. Of most paths the number of characters tells, and no key is made.</summary>
    public static bool IsTooLong(Root root, string relative) =>
        (root.Template is not null || MostBytesOfCharacter * (root.Prefix.Length + 1 + relative.Length) > MaxBytes) && Make(root, relative, out _) == KeyVerdict.KeyTooLong;

    /// <summary>The path below the root whose file has this key; null where no file of the root can have it.</summary>
    public static string? PathOf(Root root, string key) => PathOf(root, key, Path.DirectorySeparatorChar);

    /// <summary>The same on a system whose separator is given.</summary>
    public static string? PathOf(Root root, string key, char separator)
    {
        var head = Head(root.Prefix);
        if (key.Length <= head.Length || !key.StartsWith(head, StringComparison.Ordinal))
            return null;
        var rest = root.Template is { } template ? template.PathOf(key.AsSpan(head.Length)) : key.AsSpan(head.Length);
        foreach (var range in rest.Split('/'))
        {
            var name = rest[range];
            if (name is "" or "." or ".." || name.Contains('\0') || separator == '\\' && !IsWindowsName(name))
                return null;
        }
        return rest.ToString().Replace('/', separator);
    }

    /// <summary>True if a file or directory of Windows can have this name. https://learn.microsoft.com/windows/win32/fileio/naming-a-file</summary>
    static bool IsWindowsName(ReadOnlySpan<char> name) =>
        !name.ContainsAny(Reserved) && !name.ContainsAnyInRange('\0', '\x1f') && name[^1] is not ('.' or ' ');

    /// <summary>True if a file of one root and a file of the other can get the same key of the same bucket; exactly so for roots without a template, else at least.</summary>
    public static bool Overlap(Root a, Root b)
    {
        // Heads without a template end in '/' or are empty, so a common start is a common boundary.
        return a.Bucket == b.Bucket
            && KeyTemplate.MayMeet(Head(a.Prefix) + a.Template?.Head, Head(b.Prefix) + b.Template?.Head)
            && KeyTemplate.MayMeetAtEnd(a.Template?.Tail, b.Template?.Tail);
    }

    /// <summary>The relative path in root <paramref name="b"/> that gets the same key as <paramref name="relative"/> of root <paramref name="a"/>; null if none does.</summary>
    public static string? Twin(Root a, string relative, Root b) => Twin(a, relative, b, Path.DirectorySeparatorChar);

    /// <summary>The same on a system whose separator is given.</summary>
    public static string? Twin(Root a, string relative, Root b, char separator)
    {
        // Settings in which roots with a template could meet are refused.
        if (a.Bucket != b.Bucket || a.Template is not null || b.Template is not null)
            return null;
        var key = Head(a.Prefix) + relative.Replace(separator, '/');
        var head = Head(b.Prefix);
        if (key.Length <= head.Length || !key.StartsWith(head, StringComparison.Ordinal))
            return null;
        var rest = key[head.Length..];
        // Where '\' separates, no name contains it: a key with one comes from no path of b.
        if (separator != '/' && rest.Contains(separator))
            return null;
        return rest.Replace('/', separator);
    }

    /// <summary>False for text with an unpaired surrogate; <see cref="Encoding.UTF8"/> would turn each of them into U+FFFD and merge two names into one key.</summary>
    public static bool IsUtf8(ReadOnlySpan<char> text)
    {
        for (int at; (at = text.IndexOfAnyInRange('\uD800', '\uDFFF')) >= 0;)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != OperationStatus.Done)
                return false;
            text = text[(at + length)..];
        }
        return true;
    }
}
