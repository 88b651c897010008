using System;
using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace S3Sync.Storage;

/// <summary>A header that is signed: its name in lower case, its value without spaces at its ends or two in a row.</summary>
readonly record struct SignedHeader(string Name, string Value);

/// <summary>
/// Signature Version 4 in the Authorization header. Pure.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
/// </summary>
static class SignatureV4
{
    /// <summary>In place of the body's hash where TLS protects the body.</summary>
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    /// <summary>The hash of no bytes.</summary>
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    const int HexBytes = 2 * SHA256.HashSizeInBytes;

    /// <summary>The value of the Authorization header.</summary>
    /// <param name="path">Encoded as it is sent: see <see cref="UriText"/>.</param>
    /// <param name="query">Encoded, sorted by name, each name with its '='; empty where there is none.</param>
    /// <param name="headers">Sorted by name; host and x-amz-date among them.</param>
    /// <param name="payload">The body's hash in hex, or <see cref="Unsigned"/>.</param>
    /// <param name="time">As in x-amz-date: yyyyMMddTHHmmssZ.</param>
    public static string Authorize(SigningKey key, string method, string path, string query, ReadOnlySpan<SignedHeader> headers, string payload, string time)
    {
        var most = method.Length + path.Length + query.Length + payload.Length + 8;
        foreach (ref readonly var header in headers)
        {
            most += (2 * header.Name.Length) + header.Value.Length + 3;
        }
        // Values may hold what is not ASCII only where a caller allows it: three bytes of UTF-8 for a char at most.
        var rented = ArrayPool<byte>.Shared.Rent(3 * most);
        try
        {
            var canonical = new Utf8Text(rented);
            var names = WriteRequest(ref canonical, method, path, query, headers, payload);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(canonical.Written, hash);

            Span<byte> scratch = stackalloc byte[SigningKey.MostBytes];
            var text = new Utf8Text(scratch);
            text.Add("AWS4-HMAC-SHA256\n");
            text.Add(time);
            text.Add('\n');
            text.Add(key.Scope);
            text.Add('\n');
            text.AddHex(hash);
            key.Sign(text.Written, hash);
            return string.Create(key.Start.Length + names.Length + 12 + HexBytes, new Parts(key.Start, names, hash), static (into, parts) => parts.Write(into));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Writes the canonical request; returns the names of the signed headers within it.</summary>
    static ReadOnlySpan<byte> WriteRequest(ref Utf8Text text, string method, string path, string query, ReadOnlySpan<SignedHeader> headers, string payload)
    {
        text.Add(method);
        text.Add('\n');
        text.Add(path);
        text.Add('\n');
        text.Add(query);
        text.Add('\n');
        foreach (ref readonly var header in headers)
        {
            text.Add(header.Name);
            text.Add(':');
            text.Add(header.Value);
            text.Add('\n');
        }
        text.Add('\n');
        var start = text.Written.Length;
        for (var i = 0; i < headers.Length; i++)
        {
            if (i > 0)
            {
                text.Add(';');
            }
            text.Add(headers[i].Name);
        }
        var names = text.Written[start..];
        text.Add('\n');
        text.Add(payload);
        return names;
    }

    readonly ref struct Parts(string start, ReadOnlySpan<byte> names, ReadOnlySpan<byte> signature)
    {
        readonly ReadOnlySpan<byte> names = names, signature = signature;

        public void Write(Span<char> into)
        {
            start.CopyTo(into);
            into = into[start.Length..];
            Encoding.ASCII.GetChars(names, into);
            into = into[names.Length..];
            ", Signature=".CopyTo(into);
            Convert.TryToHexStringLower(signature, into[12..], out _);
        }
    }
}
