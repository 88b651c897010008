using System;
using System.Text;

namespace S3Sync.Storage;

/// <summary>Text written piece by piece into memory that the caller made large enough; a longer one throws.</summary>
ref struct Utf8Text(Span<byte> buffer)
{
    readonly Span<byte> buffer = buffer;
    int length;

    public readonly ReadOnlySpan<byte> Written => buffer[..length];

    public void Add(char ascii) => buffer[length++] = (byte)ascii;

    public void Add(string text) => length += Encoding.UTF8.GetBytes(text, buffer[length..]);

    public void AddHex(ReadOnlySpan<byte> bytes)
    {
        if (!Convert.TryToHexStringLower(bytes, buffer[length..], out var written))
        {
            throw new ArgumentException("the buffer is too short", nameof(bytes));
        }
        length += written;
    }
}
