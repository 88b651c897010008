using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace S3Sync.Sync;

/// <summary>
/// Takes a pattern apart. What <c>{a,b}</c> leaves open becomes patterns of their own, as many as there are ways to read it. Pure.
/// </summary>
/// <param name="pattern">The pattern as a person wrote it.</param>
/// <param name="windows">True where names cannot hold what is special in a pattern, and <c>\</c> is a person's mistake.</param>
sealed class GlobParser(string pattern, bool windows)
{
    /// <summary>Longer is no pattern: a key has at most 1,024 bytes.</summary>
    public const int MostLetters = 500;

    /// <summary>More are a list that somebody's program should write as rules.</summary>
    public const int MostWays = 100;

    const string Special = "*?[]{},\\-!^";
    // The same without what no name of Windows holds.
    const string SpecialOnWindows = "[]{},-!^";

    int at;
    string? wrong;

    /// <summary>The pattern's ways; null, and why, where it is none. The reason stands behind "the pattern ".</summary>
    public List<List<GlobToken>>? Parse(out string why)
    {
        wrong = Illegible();
        var ways = wrong is null ? Read() : [];
        why = wrong ?? ways.Select(Senseless).FirstOrDefault(reason => reason is not null) ?? "";
        return why.Length == 0 ? ways : null;
    }

    string? Illegible() =>
        pattern.Length == 0 ? "is empty"
        : pattern.Length > MostLetters ? $"is longer than {MostLetters} characters"
        : !Keys.IsUtf8(pattern) || pattern.Any(char.IsControl) ? "has a control character or half a character in it"
        : windows && pattern.Contains(':') ? "has a ':' in it, which no name can hold: it begins at the watched directory, not at a drive"
        : null;

    /// <summary>What can be read but fits no path.</summary>
    static string? Senseless(List<GlobToken> way)
    {
        if (way.All(token => token.IsSlash))
        {
            return "names nothing ('/**' is everything)";
        }
        var part = "";
        for (var i = 0; i <= way.Count; i++)
        {
            if (i < way.Count && !way[i].IsSlash)
            {
                part += way[i].Kind == GlobKind.Letter ? way[i].Letter.ToString() : "*";
                continue;
            }
            if (part is "." or ".." || (part.Length == 0 && i > 0 && i < way.Count))
            {
                return part.Length == 0 ? "has an empty part: '//'" : "has a part '.' or '..', which no path below the watched directory has";
            }
            part = "";
        }
        return null;
    }

    List<List<GlobToken>> Read()
    {
        List<List<GlobToken>> done = [[]];
        List<List<GlobToken>>? choice = null;
        while (at < pattern.Length && wrong is null)
        {
            switch (pattern[at])
            {
                case '{' when choice is not null:
                    wrong = "has a '{' within '{ }'";
                    break;
                case '{' when Next == '{':
                    wrong = "has '{{': regular expressions are not known here";
                    break;
                case '{':
                    (choice, at) = ([[]], at + 1);
                    break;
                case ',' when choice is not null:
                    choice.Add([]);
                    at++;
                    break;
                case '}' when choice is not null:
                    done = [.. done.SelectMany(_ => choice, (first, then) => (List<GlobToken>)[.. first, .. then])];
                    (choice, at) = (null, at + 1);
                    wrong = done.Count > MostWays ? $"can be read in more than {MostWays} ways" : null;
                    break;
                case '}' or ']':
                    wrong = $"has a '{pattern[at]}' that nothing opens";
                    break;
                default:
                    var token = One();
                    (choice is null ? done : choice[^1..]).ForEach(way => way.Add(token));
                    break;
            }
        }
        wrong ??= choice is null ? null : "has a '{' that nothing closes";
        return done;
    }

    char Next => at + 1 < pattern.Length ? pattern[at + 1] : '\0';

    GlobToken One()
    {
        switch (pattern[at])
        {
            case '*' when Next == '*':
                at += 2;
                wrong = at < pattern.Length && pattern[at] == '*' ? "has more than two '*' in a row" : null;
                return new(GlobKind.Stars);
            case '*':
                at++;
                return new(GlobKind.Star);
            case '?':
                at++;
                return new(GlobKind.Any);
            case '[':
                return Set();
            default:
                return new(GlobKind.Letter, Letter());
        }
    }

    /// <summary>One letter, which a '\' before it makes an ordinary one.</summary>
    Rune Letter()
    {
        if (pattern[at] == '\\')
        {
            if (Next == '\0' || !(windows ? SpecialOnWindows : Special).Contains(Next))
            {
                wrong = @"has a '\' where nothing needs one: between directories stands '/', also on Windows";
                at++;
                return default;
            }
            at++;
        }
        var letter = Rune.GetRuneAt(pattern, at);
        at += letter.Utf16SequenceLength;
        return letter;
    }

    GlobToken Set()
    {
        at++;
        var not = at < pattern.Length && pattern[at] is '!' or '^';
        at += not ? 1 : 0;
        List<(Rune, Rune)> ranges = [];
        for (var first = at; at < pattern.Length && wrong is null && (pattern[at] != ']' || at == first);)
        {
            var from = Letter();
            var to = from;
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                at++;
                to = Letter();
            }
            ranges.Add((from, to));
            wrong ??= from > to ? $"has a range from '{from}' to '{to}', which is empty" : from.Value == '/' || to.Value == '/' ? "has a '/' within '[ ]'" : null;
        }
        wrong ??= at < pattern.Length ? null : "has a '[' that nothing closes";
        at++;
        return new(GlobKind.Set, default, [.. ranges], not);
    }
}
