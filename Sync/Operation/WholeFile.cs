using System;
using System.IO;
using System.Text;

namespace S3Sync.Sync.Operation;

/// <summary>
/// Replaces a file, whole or not at all, in a directory where others may write: under a temporary name nobody can guess, which must be new (O_EXCL of
/// open(2), CREATE_NEW), so that no link is followed; then by a rename, which replaces a link instead of following it. One thread.
/// </summary>
static class WholeFile
{
    const string Ending = ".next";
    const int Digits = 32;

    /// <summary>Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>; the file is as it was then.</summary>
    public static void Write(string path, string text)
    {
        var next = $"{path}.{Guid.NewGuid():n}{Ending}";
        try
        {
            using (var file = new FileStream(next, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                file.Write(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text));
            }
            File.Move(next, path, overwrite: true);
        }
        catch
        {
            Delete(next);
            throw;
        }
    }

    /// <summary>Removes what a run that was killed left there. Of nobody else's names: 32 digits stand between the file's own and the ending.</summary>
    public static void Clean(string path)
    {
        try
        {
            foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*" + Ending))
            {
                if (IsOf(path, left))
                {
                    Delete(left);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whether the directory can be used is seen when the file is written.
        }
    }

    static bool IsOf(string path, string left) =>
        left.Length == path.Length + 1 + Digits + Ending.Length
        && left.StartsWith(path + '.', StringComparison.Ordinal)
        && !left.AsSpan(path.Length + 1, Digits).ContainsAnyExcept("0123456789abcdef");

    static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another try at the next start.
        }
    }
}
