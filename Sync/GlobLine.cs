using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace S3Sync.Sync;

/// <summary>
/// One way to read a pattern, as an automaton whose states are the places in it, one bit each; all that are possible are carried along, letter by letter,
/// so that nothing is ever tried twice. Most paths are told by how they begin and end, before that. Immutable: any thread.
/// </summary>
sealed class GlobLine
{
    const int Ascii = 128;
    // One state more than places; '**' comes on top where a pattern ends in '/'.
    const int MostWords = ((GlobParser.MostLetters + 1) / 64) + 1;

    readonly GlobToken[] tokens;
    readonly char separator;
    readonly bool ignoreCase;
    // At the watched directory and nowhere else; of the last name alone, whatever directories it is in.
    readonly bool isAnchored, isOfName;
    // For letters below 128 which places they fit, and which places are a star of either kind, and of the kind that passes a '/'.
    readonly int words;
    readonly ulong[] fits, star, stars;
    // The ordinary letters it begins and ends with; neither overlaps the other.
    readonly string head, tail;
    // Between head and tail is nothing, or a single '*' of one name: then they tell all.
    readonly bool isHead, isHeadAndTail;

    public GlobLine(List<GlobToken> way, char separator, bool ignoreCase)
    {
        (this.separator, this.ignoreCase) = (separator, ignoreCase);
        isAnchored = way[0].IsSlash;
        List<GlobToken> places = [];
        foreach (var token in isAnchored ? way[1..] : way)
        {
            if (!token.IsStar || places.Count == 0 || !places[^1].IsStar)
            {
                places.Add(token);
            }
            else if (token.Kind == GlobKind.Stars)
            {
                // Two in a row, from a choice: the wider one is as good as both.
                places[^1] = token;
            }
        }
        if (places[^1].IsSlash)
        {
            places.Add(new(GlobKind.Stars));
        }
        if (!isAnchored && places is [{ Kind: GlobKind.Star }])
        {
            // Any name at any level is any path, which a directory can be told of.
            places[0] = new(GlobKind.Stars);
        }
        tokens = [.. places];
        isOfName = !isAnchored && tokens.All(token => token.Kind != GlobKind.Stars && !token.IsSlash);
        words = (tokens.Length / 64) + 1;
        (star, stars, fits) = (new ulong[words], new ulong[words], new ulong[Ascii * words]);
        for (var i = 0; i < tokens.Length; i++)
        {
            star[i / 64] |= tokens[i].IsStar ? 1UL << i : 0;
            stars[i / 64] |= tokens[i].Kind == GlobKind.Stars ? 1UL << i : 0;
        }
        for (var letter = 0; letter < Ascii; letter++)
        {
            PlacesOf(new Rune(letter), fits.AsSpan(letter * words, words));
        }
        head = isAnchored || isOfName ? Letters(tokens) : "";
        tail = string.Concat(Letters(tokens[head.Length..].Reverse()).Reverse());
        isHead = head.Length == tokens.Length;
        isHeadAndTail = isOfName && head.Length + 1 + tail.Length == tokens.Length && tokens[head.Length].Kind == GlobKind.Star;
    }

    public bool Fits(ReadOnlySpan<char> path)
    {
        if (isOfName)
        {
            path = path[(path.LastIndexOf(separator) + 1)..];
        }
        if (path.Length < head.Length + tail.Length || !Equal(path[..head.Length], head) || !Equal(path[^tail.Length..], tail))
        {
            return false;
        }
        if (isHead || isHeadAndTail)
        {
            return isHeadAndTail || path.Length == head.Length;
        }
        Span<ulong> states = stackalloc ulong[MostWords];
        states = states[..words];
        Walk(path, states);
        return IsIn(states, tokens.Length);
    }

    public bool FitsAllBelow(ReadOnlySpan<char> directory)
    {
        if (tokens[^1].Kind != GlobKind.Stars)
        {
            return false;
        }
        Span<ulong> states = stackalloc ulong[MostWords];
        states = states[..words];
        Walk(directory, states);
        Step(states, new('/'));
        return IsIn(states, tokens.Length - 1);
    }

    public bool MayFitBelow(ReadOnlySpan<char> directory)
    {
        if (!isAnchored)
        {
            return true;
        }
        Span<ulong> states = stackalloc ulong[MostWords];
        states = states[..words];
        Walk(directory, states);
        Step(states, new('/'));
        // Every place can still be followed by the rest of the pattern; but behind a '/' comes a name.
        states[tokens.Length / 64] &= ~(1UL << tokens.Length);
        return states.ContainsAnyExcept(0UL);
    }

    /// <summary>The states after all letters of a path.</summary>
    void Walk(ReadOnlySpan<char> path, Span<ulong> states)
    {
        states.Clear();
        states[0] = 1 | ((star[0] & 1) << 1);
        while (!path.IsEmpty)
        {
            Rune.DecodeFromUtf16(path, out var letter, out var length);
            Step(states, path[0] == separator ? new('/') : letter);
            path = path[length..];
        }
    }

    void Step(Span<ulong> states, Rune letter)
    {
        Span<ulong> own = stackalloc ulong[MostWords];
        scoped ReadOnlySpan<ulong> places = fits.AsSpan(letter.Value < Ascii ? letter.Value * words : 0, words);
        if (letter.Value >= Ascii)
        {
            PlacesOf(letter, own[..words]);
            places = own[..words];
        }
        var isSlash = letter.Value == '/';
        var staying = isSlash ? stars : star;
        ulong carried = 0, skipped = isSlash && !isAnchored ? 1UL : 0;
        for (var word = 0; word < states.Length; word++)
        {
            var moved = states[word] & places[word];
            // Behind a '/' a pattern that is not anchored may begin anew.
            var next = (moved << 1) | carried | (states[word] & staying[word]) | (word == 0 ? skipped : 0);
            carried = moved >> 63;
            var skip = next & star[word];
            // What follows a star is no star: one step is enough.
            next |= (skip << 1) | (word == 0 ? 0 : skipped);
            skipped = skip >> 63;
            states[word] = next;
        }
    }

    static bool IsIn(ReadOnlySpan<ulong> states, int place) => (states[place / 64] >> place & 1) != 0;

    void PlacesOf(Rune letter, Span<ulong> places)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            places[i / 64] |= tokens[i].Fits(letter, ignoreCase) ? 1UL << i : 0;
        }
    }

    /// <summary>The ordinary letters at the beginning of some places, as far as each is one char.</summary>
    string Letters(IEnumerable<GlobToken> places) => string.Concat(places.TakeWhile(token => token is { Kind: GlobKind.Letter, Letter.IsBmp: true }).Select(token => Plain((char)token.Letter.Value)));

    bool Equal(ReadOnlySpan<char> path, string letters)
    {
        for (var i = 0; i < letters.Length; i++)
        {
            if (path[i] != letters[i] && Plain(path[i]) != letters[i])
            {
                return false;
            }
        }
        return true;
    }

    char Plain(char letter) => letter == separator ? '/' : ignoreCase ? char.ToUpperInvariant(letter) : letter;
}
