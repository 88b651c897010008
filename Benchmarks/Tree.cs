using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Hashing;

namespace S3Sync.Benchmarks;

/// <summary>Files to be moved: so many of one length in so many directories, each with bytes of its own.</summary>
/// <param name="Then">More of them, of another length, written after these.</param>
sealed record Tree(string Name, int Files, long Length, int Directories, Tree? Then = null)
{
    /// <summary>How s3sync, and the floor after it, cuts larger files (--upload-part-size).</summary>
    public const int PieceBytes = 8 << 20;

    /// <summary>Of both lengths.</summary>
    public int Count => Files + (Then?.Count ?? 0);

    /// <summary>"10,000 files of 4 KiB"</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Files:N0} files of {Size(Length)}{(Then is null ? "" : $" and {Then}")}");

    static string Size(long bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes >> 10} KiB";

    /// <summary>Writes it below a directory; returns each file's key below that directory's own name, with length and hash as the null server keeps them.</summary>
    /// <param name="from">The first directory's number.</param>
    public Dictionary<string, (long Length, ulong Hash)> Write(string directory, int from = 0)
    {
        var expected = new Dictionary<string, (long, ulong)>(Files);
        var bytes = new byte[Math.Min(Length, PieceBytes)];
        new Random(1).NextBytes(bytes);
        for (var i = 0; i < Files; i++)
        {
            var below = string.Create(CultureInfo.InvariantCulture, $"{from + (i % Directories):00}/{i:0000000}.bin");
            var path = Path.Join(directory, below);
            if (i < Directories)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            }
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            var sum = 0UL;
            for (var at = 0L; at < Length; at += bytes.Length)
            {
                var here = bytes.AsSpan(0, (int)Math.Min(bytes.Length, Length - at));
                BitConverter.TryWriteBytes(here, ((long)i << 32) + at);
                RandomAccess.Write(file, here, at);
                sum = unchecked(sum + XxHash3.HashToUInt64(here));
            }
            expected.Add(below, (Length, sum));
        }
        foreach (var (below, file) in Then?.Write(directory, from + Directories) ?? [])
        {
            expected.Add(below, file);
        }
        return expected;
    }
}
