using System;
using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace S3Sync.Sync.Linux;

/// <summary>A file name as the kernel gives it: any bytes but zero and slash. Only valid UTF-8 becomes a name; the rest is shown, escaped, and never used.</summary>
static class ByteName
{
    /// <summary>True if the name can be expressed, that is, is valid UTF-8 (no surrogates, no overlong forms).</summary>
    public static bool IsText(ReadOnlySpan<byte> name) => Utf8.IsValid(name);

    /// <summary>How to show a name that is not: what is valid stands as it is, every other byte as <c>\xFF</c>.</summary>
    public static string Shown(ReadOnlySpan<byte> name)
    {
        var shown = new StringBuilder(name.Length + 16);
        while (!name.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(name, out var rune, out var used) == OperationStatus.Done;
            if (valid) shown.Append(rune);
            else
                foreach (var value in name[..used]) shown.Append("\\x").Append(value.ToString("X2"));
            name = name[used..];
        }
        return shown.ToString();
    }
}
