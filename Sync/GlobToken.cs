using System.Text;

namespace S3Sync.Sync;

/// <summary>What one place of a pattern stands for.</summary>
enum GlobKind : byte
{
    /// <summary>The letter itself.</summary>
    Letter,
    /// <summary><c>?</c>: any letter but '/'.</summary>
    Any,
    /// <summary><c>[a-z]</c>, <c>[!a-z]</c>: a letter of a set, never '/'.</summary>
    Set,
    /// <summary><c>*</c>: any letters but '/', none included.</summary>
    Star,
    /// <summary><c>**</c>: any letters, none included.</summary>
    Stars,
}

/// <summary>One place of a pattern.</summary>
/// <param name="Ranges">With <see cref="GlobKind.Set"/>: from and to, both included.</param>
/// <param name="Not">With <see cref="GlobKind.Set"/>: the letters that are not in it.</param>
readonly record struct GlobToken(GlobKind Kind, Rune Letter = default, (Rune From, Rune To)[]? Ranges = null, bool Not = false)
{
    public bool IsSlash => Kind == GlobKind.Letter && Letter.Value == '/';

    public bool IsStar => Kind is GlobKind.Star or GlobKind.Stars;

    /// <summary>True if this one letter fits; stars are not asked.</summary>
    public bool Fits(Rune letter, bool ignoreCase) => Kind switch
    {
        GlobKind.Letter => letter == Letter || (ignoreCase && Rune.ToUpperInvariant(letter) == Rune.ToUpperInvariant(Letter)),
        GlobKind.Any => letter.Value != '/',
        GlobKind.Set => letter.Value != '/'
            && (Has(letter) || (ignoreCase && (Has(Rune.ToUpperInvariant(letter)) || Has(Rune.ToLowerInvariant(letter))))) != Not,
        _ => false,
    };

    bool Has(Rune letter)
    {
        foreach (var (from, to) in Ranges!)
        {
            if (letter >= from && letter <= to)
            {
                return true;
            }
        }
        return false;
    }
}
