using System;
using System.Collections.Generic;
using System.IO;

namespace S3Sync.Sync.Settings;

/// <summary>Where things are: paths as given made absolute, and the places used where none is given.</summary>
static class Places
{
    /// <summary>The absolute path of what was given, without a separator at its end; null with a problem added where it is no path.</summary>
    public static string? Full(Given given, string workingDirectory, List<Problem> problems)
    {
        try
        {
            if (given.Text.Length > 0)
                return Path.TrimEndingDirectorySeparator(Path.GetFullPath(given.Text, workingDirectory));
        }
        // A NUL in it; on Windows also what no file system there takes.
        catch (Exception e) when (e is ArgumentException or NotSupportedException or PathTooLongException)
        {
        }
        problems.Add(new($"{given.Place}: {Problem.Quote(given.Text)} is not a path", "give the path of a file or directory"));
        return null;
    }

    /// <summary>
    /// True if the path is on a file system of another machine. SQLite's WAL needs shared memory, which no network file system gives:
    /// https://sqlite.org/wal.html. What does not exist yet is judged by the directory it will be in; what cannot be told is local.
    /// </summary>
    public static bool IsRemote(string path)
    {
        if (OperatingSystem.IsWindows() && path.StartsWith(@"\\", StringComparison.Ordinal) && !path.StartsWith(@"\\?\", StringComparison.Ordinal) && !path.StartsWith(@"\\.\", StringComparison.Ordinal))
            return true;
        var existing = path;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { Length: > 0 } parent)
            existing = parent;
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(existing)! : existing).DriveType == DriveType.Network;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The ledger itself where the path is a link to one: by any other name it would have another lock, and two runs.</summary>
    public static string OfLedger(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is null ? path : RealPath.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    /// <summary>
    /// The ledger's place where none is given; null where the environment names none. Never the working directory, which differs from start to start.
    /// Linux: https://specifications.freedesktop.org/basedir-spec/ (a relative XDG_STATE_HOME is to be ignored), for root /var/lib (hier(7)).
    /// Windows: %ProgramData%, the same for every user the program may run as.
    /// </summary>
    public static string? Ledger(IReadOnlyDictionary<string, string> environment, bool windows, bool privileged)
    {
        var state =
            windows ? environment.GetValueOrDefault("ProgramData")
            : privileged ? "/var/lib"
            : environment.GetValueOrDefault("XDG_STATE_HOME") is ['/', ..] named ? named
            : environment.GetValueOrDefault("HOME") is ['/', ..] home ? home.TrimEnd('/') + "/.local/state"
            : null;
        var separator = windows ? '\\' : '/';
        return string.IsNullOrEmpty(state) ? null : $"{state.TrimEnd(separator)}{separator}s3sync{separator}ledger.db";
    }
}
