using System;
using System.IO;
using System.Linq;

namespace S3Sync.Sync;

/// <summary>
/// A pattern of paths below a watched directory, in the manner of rclone (https://rclone.org/filtering/): with a '/' in front it begins at the watched
/// directory, else at any level; it ends where the path ends. <c>*</c> and <c>?</c> stop at '/', <c>**</c> does not; <c>[a-z]</c> and <c>[!a-z]</c> are sets,
/// <c>{a,b}</c> leaves a choice, <c>\</c> makes the next letter an ordinary one; with a '/' at its end it is everything below a directory of that name.
/// Immutable: any thread. Fitting allocates nothing and takes a time in proportion to the path, whatever the pattern.
/// </summary>
sealed class Glob
{
    readonly GlobLine[] lines;

    Glob(GlobLine[] lines) => this.lines = lines;

    /// <summary>Reads a pattern for paths of this system; null, and why, to stand behind "the pattern ", where it is none.</summary>
    public static Glob? Parse(string pattern, out string why) => Parse(pattern, Path.DirectorySeparatorChar, OperatingSystem.IsWindows(), out why);

    /// <summary>The same for a system whose separator is given; where it is Windows, upper and lower case are alike.</summary>
    public static Glob? Parse(string pattern, char separator, bool windows, out string why) =>
        new GlobParser(pattern, windows).Parse(out why) is { } ways ? new([.. ways.Select(way => new GlobLine(way, separator, windows))]) : null;

    /// <summary>True if the whole path, relative to the watched directory and in the system's separators, is of this pattern.</summary>
    public bool Fits(ReadOnlySpan<char> path)
    {
        foreach (var line in lines)
        {
            if (line.Fits(path))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True if every path below this directory is of this pattern, for one and the same reason.</summary>
    public bool FitsAllBelow(ReadOnlySpan<char> directory)
    {
        foreach (var line in lines)
        {
            if (line.FitsAllBelow(directory))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>False if no path below this directory can be of this pattern.</summary>
    public bool MayFitBelow(ReadOnlySpan<char> directory)
    {
        foreach (var line in lines)
        {
            if (line.MayFitBelow(directory))
            {
                return true;
            }
        }
        return false;
    }
}
