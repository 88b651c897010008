using System;
using System.Collections.Generic;

namespace S3Sync.Sync.Windows;

/// <summary>
/// The form of a path that Windows takes as it is: up to 32,767 characters, names ending in a dot or a space, names like CON.
/// https://learn.microsoft.com/windows/win32/fileio/naming-a-file#win32-file-namespaces. Pure.
/// </summary>
static class LongPath
{
    const string Prefix = @"\\?\", Unc = @"\\?\UNC\";

    /// <summary>
    /// Prefixes a full path (<c>C:\…</c>, <c>\\server\share\…</c>), with <c>/</c>, empty, <c>.</c> and <c>..</c> components resolved, which the prefixed
    /// form has not. One that is prefixed already, and one that is not full, come back as they are.
    /// </summary>
    public static string Of(string path)
    {
        if (path.StartsWith(Prefix, StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal)) return path;
        if (path.Length >= 3 && char.IsAsciiLetter(path[0]) && path[1] == ':' && IsSeparator(path[2]))
            return Prefix + Plain(path, keep: 3);
        if (path.Length >= 3 && IsSeparator(path[0]) && IsSeparator(path[1]) && !IsSeparator(path[2]))
            return Unc + Plain(path[2..], keep: ShareEnd(path.AsSpan(2)));
        return path;
    }

    static bool IsSeparator(char c) => c is '\\' or '/';

    /// <summary>Server and share are the root, which <c>..</c> does not leave.</summary>
    static int ShareEnd(ReadOnlySpan<char> path)
    {
        var server = path.IndexOfAny('\\', '/');
        if (server < 0) return path.Length;
        var share = path[(server + 1)..].IndexOfAny('\\', '/');
        return share < 0 ? path.Length : server + 1 + share + 1;
    }

    static string Plain(string path, int keep)
    {
        path = path.Replace('/', '\\');
        if (!HasOddComponent(path.AsSpan(keep))) return path;
        List<string> parts = [];
        foreach (var part in path[keep..].Split('\\'))
        {
            if (part == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or "..")) parts.Add(part);
        }
        return path[..keep] + string.Join('\\', parts);
    }

    static bool HasOddComponent(ReadOnlySpan<char> path)
    {
        foreach (var part in path.Split('\\'))
            if (path[part] is "" or "." or "..") return path.Length > 0;
        return false;
    }
}
