using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

namespace S3Sync.Sync;

/// <summary>
/// How the keys of a watched directory are made below its prefix: fixed text and words of fixed width around the path, which stands in it exactly once. So two
/// paths never get one key, at whatever times: take the fixed number of characters off both ends and the path is left. Immutable; any thread.
/// </summary>
sealed class KeyTemplate
{
    /// <summary>Stand in a <see cref="Head"/> or <see cref="Tail"/> for a decimal and for a hexadecimal digit: of the private use area, so no text is taken for another.</summary>
    public const char Digit = '\uE000', Hex = '\uE001';

    /// <summary>The path alone, as where there is no template.</summary>
    public const string Plain = "{path}";

    const int MostHash = 8;

    static readonly string[] Words = ["path", "root", "host", "yyyy", "MM", "dd", "HH", "hash:2"];

    readonly Part[] parts;

    KeyTemplate(string text, Part[] parts)
    {
        (Text, this.parts) = (text, parts);
        var path = Array.FindIndex(parts, part => part.Kind == PartKind.Path);
        (Head, Tail) = (ShapeOf(parts[..path]), ShapeOf(parts[(path + 1)..]));
    }

    enum PartKind : byte { Text, Path, Date, Hash }

    /// <summary>As a person gave it.</summary>
    public string Text { get; }

    /// <summary>What stands before the path, a mark in the place of each digit that differs from file to file.</summary>
    public string Head { get; }

    /// <summary>The same behind the path.</summary>
    public string Tail { get; }

    /// <summary>True if it is no more than the path.</summary>
    public bool IsPlain => parts.Length == 1;

    /// <summary>Reads a template; null with what is wrong and how to write it.</summary>
    /// <param name="text">As a person gave it.</param>
    /// <param name="root">What {root} stands for: the watched directory's name.</param>
    /// <param name="host">What {host} stands for.</param>
    /// <param name="wrong">What is wrong, to stand behind the template, and a hint.</param>
    public static KeyTemplate? Parse(string text, string root, string host, out (string Why, string Hint) wrong)
    {
        if (PartsOf(text, root, host, out wrong) is not { } parts)
            return null;
        wrong = parts.Count(part => part.Kind == PartKind.Path) switch
        {
            0 => ("has no {path} in it: all files would get one key", "for example {yyyy}/{MM}/{path}"),
            > 1 => ("has {path} in it more than once", "write it once"),
            _ => Senseless(parts),
        };
        return wrong.Why is null ? new(text, [.. parts]) : null;
    }

    /// <summary>The key below the prefix.</summary>
    /// <param name="path">Relative to the root, with '/'.</param>
    /// <param name="modified">When the file was last written to: nanoseconds since 1970 UTC.</param>
    public string Make(string path, long modified)
    {
        var text = new StringBuilder(Head.Length + path.Length + Tail.Length);
        var time = DateTime.UnixEpoch.AddTicks(modified / 100);
        foreach (var part in parts)
        {
            text.Append(part.Kind switch
            {
                PartKind.Path => path,
                PartKind.Date => time.ToString(part.Text, CultureInfo.InvariantCulture),
                PartKind.Hash => HashOf(path)[..part.Width],
                _ => part.Text,
            });
        }
        return text.ToString();
    }

    /// <summary>The path, with '/', that a key below the prefix was made of, whenever its file was written; null where none was.</summary>
    public string? PathOf(ReadOnlySpan<char> key)
    {
        if (key.Length <= Head.Length + Tail.Length || !Fits(key[..Head.Length], Head) || !Fits(key[^Tail.Length..], Tail))
            return null;
        var path = key[Head.Length..^Tail.Length].ToString();
        var at = 0;
        foreach (var part in parts)
        {
            if (part.Kind == PartKind.Hash && (!Keys.IsUtf8(path) || !key.Slice(at, part.Width).SequenceEqual(HashOf(path).AsSpan(0, part.Width))))
                return null;
            at += part.Kind == PartKind.Path ? path.Length : part.Width;
        }
        return path;
    }

    /// <summary>False if no text of one shape begins with what a text of the other begins with, as far as both go.</summary>
    public static bool MayMeet(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        for (var i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            if (!MayBeSame(one[i], other[i]))
                return false;
        }
        return true;
    }

    /// <summary>The same from the end.</summary>
    public static bool MayMeetAtEnd(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        var both = Math.Min(one.Length, other.Length);
        return MayMeet(one[^both..], other[^both..]);
    }

    public override string ToString() => Text;

    static bool MayBeSame(char one, char other) => one == other || Covers(one, other) || Covers(other, one) || (one is Digit or Hex && other is Digit or Hex);

    static bool Covers(char mark, char one) => mark switch
    {
        Digit => char.IsAsciiDigit(one),
        Hex => char.IsAsciiHexDigitLower(one),
        _ => false,
    };

    static bool Fits(ReadOnlySpan<char> text, ReadOnlySpan<char> shape)
    {
        for (var i = 0; i < shape.Length; i++)
        {
            if (text[i] != shape[i] && !Covers(shape[i], text[i]))
                return false;
        }
        return true;
    }

    /// <summary>Of the path's UTF-8, so that it is the same on every system and in every version.</summary>
    static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, MostHash / 2));

    static string ShapeOf(IEnumerable<Part> parts) => string.Concat(parts.Select(part => part.Kind switch
    {
        PartKind.Date => new string(Digit, part.Width),
        PartKind.Hash => new string(Hex, part.Width),
        _ => part.Text,
    }));

    static List<Part>? PartsOf(string text, string root, string host, out (string Why, string Hint) wrong)
    {
        List<Part> parts = [];
        var fixedText = new StringBuilder();
        wrong = default;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('{' or '}'))
            {
                fixedText.Append(text[i]);
                continue;
            }
            if (i + 1 < text.Length && text[i + 1] == text[i])
            {
                fixedText.Append(text[i++]);
                continue;
            }
            var end = text[i] == '{' ? text.IndexOf('}', i) : -1;
            if (end < 0)
            {
                wrong = ($"has a single '{text[i]}'", $"write '{text[i]}{text[i]}' for the character itself");
                return null;
            }
            var word = text[(i + 1)..end];
            i = end;
            if (word is "root" or "host")
            {
                fixedText.Append(word == "root" ? root : host);
                continue;
            }
            if (PartOf(word) is not { } part)
            {
                wrong = ($"has {{{word}}} in it, which stands for nothing", $"there are {string.Join(", ", Words.Select(known => $"{{{known}}}"))}, with 1 to {MostHash} in the place of 2; '{{{{' is a brace itself");
                return null;
            }
            Flush();
            parts.Add(part);
        }
        Flush();
        return parts;

        void Flush()
        {
            if (fixedText.Length > 0)
                parts.Add(new(PartKind.Text, fixedText.ToString(), fixedText.Length));
            fixedText.Clear();
        }
    }

    /// <summary>A word that differs from file to file; null where it stands for nothing.</summary>
    static Part? PartOf(string word) => word switch
    {
        "path" => new(PartKind.Path, "", 0),
        "yyyy" or "MM" or "dd" or "HH" => new(PartKind.Date, word, word.Length),
        ['h', 'a', 's', 'h', ':', >= '1' and <= '8' and var digit] => new(PartKind.Hash, "", digit - '0'),
        _ => null,
    };

    /// <summary>What keeps its keys from being good ones, as for a prefix: see <see cref="Settings.Rules.Prefix"/>.</summary>
    static (string, string) Senseless(List<Part> parts)
    {
        // A name that is no dot: with one the path's own could become "..", but no path has such a name.
        var key = string.Concat(parts.Select(part => part.Kind switch { PartKind.Path => "a", PartKind.Text => part.Text, _ => new string('0', part.Width) }));
        return key.StartsWith('/') ? ("begins with '/'", "leave it out: the prefix ends in one")
            : key.EndsWith('/') ? ("ends with '/'", "end it with {path}, or with what shall stand behind the file's name")
            : key.Contains("//", StringComparison.Ordinal) ? ("has an empty part: '//'", "write one '/' between two parts")
            : key.Split('/').Any(part => part is "." or "..") ? ("has a part '.' or '..'", "take it out: keys are not paths")
            : key.Any(char.IsControl) || !Keys.IsUtf8(key) ? ("has a control character or half a character in it", "take it out")
            : OperatingSystem.IsWindows() && key.Contains('\\') ? ("has a '\\' in it", "keys are divided by '/'")
            : Encoding.UTF8.GetByteCount(key) > Keys.MaxBytes / 2 ? ($"is too long: a key has at most {Keys.MaxBytes} bytes", "leave room for the files' names")
            : default;
    }

    readonly record struct Part(PartKind Kind, string Text, int Width);
}
