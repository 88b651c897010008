using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Hashing;

namespace S3Sync.Benchmarks;

/// <summary>Files to be moved: so many of one length in so many directories, each with bytes of its own.</summary>
sealed record Tree(string Name, int Files, long Length, int Directories)
{
    /// <summary>How s3sync, and the floor after it, cuts larger files (--upload-part-size).</summary>
    public const int PieceBytes = 8 << 20;

    /// <summary>Writes it below a directory; returns each file's key below that directory's own name, with length and hash as the null server keeps them.</summary>
    public Dictionary<string, (long Length, ulong Hash)> Write(string directory)
    {
        var expected = new Dictionary<string, (long, ulong)>(Files);
        var bytes = new byte[Math.Min(Length, PieceBytes)];
        new Random(1).NextBytes(bytes);
        for (var i = 0; i < Files; i++)
        {
            var below = string.Create(CultureInfo.InvariantCulture, $"{i % Directories:00}/{i:0000000}.bin");
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
        return expected;
    }
}
