using System;
using System.Collections.Generic;
using System.IO;

namespace S3Sync.Sync.Settings;

/// <summary>Finds where a path leads once every link in it is followed, as realpath(3) does; what does not exist yet is kept as it is.</summary>
static class RealPath
{
    /// <summary>As Linux has it (path_resolution(7)): more links in one path are a circle.</summary>
    const int MaxLinks = 40;

    // What is above what does not answer mostly is on another volume.
    static readonly TimeSpan ForParents = TimeSpan.FromSeconds(0.5);

    /// <summary>How the system compares paths.</summary>
    public static readonly StringComparison Comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>The real path of an absolute path, without a separator at its end. Throws nothing.</summary>
    public static string Of(string path)
    {
        var real = Path.GetPathRoot(path)!;
        var ahead = new Stack<string>();
        Push(ahead, path[real.Length..]);
        for (var links = 0; ahead.TryPop(out var part);)
        {
            var next = Path.Join(real, part);
            if (part == "..")
                real = Path.GetDirectoryName(real) ?? real;
            else if (links < MaxLinks && Target(next) is { Length: > 0 } target)
            {
                links++;
                if (Path.IsPathRooted(target))
                {
                    target = Path.GetFullPath(target, real);
                    real = Path.GetPathRoot(target)!;
                    target = target[real.Length..];
                }
                Push(ahead, target);
            }
            else
                real = next;
        }
        return Path.TrimEndingDirectorySeparator(real);
    }

    /// <summary>The same of a path that may be on a volume that does not answer: then what of it does not is kept as it is.</summary>
    public static string Of(string path, out bool answers)
    {
        answers = TryOf(path, Limited.Usual, out var real);
        for (var (at, below) = (path, ""); !answers && real is null; )
        {
            below = Path.Join(Path.GetFileName(at), below);
            if (Path.GetDirectoryName(at) is not { Length: > 0 } parent)
                return path;
            at = parent;
            real = TryOf(at, ForParents, out var above) ? Path.TrimEndingDirectorySeparator(Path.Join(above, below)) : null;
        }
        return real!;
    }

    static bool TryOf(string path, TimeSpan limit, out string? real) => Limited.TryAsk($"real path of {path}", () => Of(path), limit, out real);

    /// <summary>True if a path is the directory itself or below it. Both must be real.</summary>
    public static bool IsWithin(string path, string directory) =>
        path.Equals(directory, Comparison)
        || path.StartsWith(Path.EndsInDirectorySeparator(directory) ? directory : directory + Path.DirectorySeparatorChar, Comparison);

    static void Push(Stack<string> ahead, string path)
    {
        var parts = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".")
                ahead.Push(parts[i]);
        }
    }

    static string? Target(string path)
    {
        try
        {
            return new DirectoryInfo(path).LinkTarget;
        }
        // A link that may not be read is treated as the directory it stands for.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
