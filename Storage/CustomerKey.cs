using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// A key of the customer's own (SSE-C). S3 encrypts with it and does not keep it: it goes along with every request for an object, over TLS, and is shown
/// nowhere. Immutable. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
/// </summary>
sealed class CustomerKey
{
    /// <summary>256 bits: the only length S3 takes.</summary>
    const int Bytes = 32;

    // Base64 of a key and a line end; anything much longer is another file.
    const int LongestFile = 256;

    const string Name = "x-amz-server-side-encryption-customer-";

    /// <param name="key">Its 32 bytes.</param>
    public CustomerKey(ReadOnlySpan<byte> key)
    {
        Base64 = Convert.ToBase64String(key);
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(key, hash);
        Md5 = Convert.ToBase64String(hash);
        Headers = [new(Name + "algorithm", "AES256"), new(Name + "key", Base64), new(Name + "key-md5", Md5)];
    }

    public string Base64 { get; }

    /// <summary>The MD5 of its bytes, in base64.</summary>
    public string Md5 { get; }

    /// <summary>What every request for an object carries.</summary>
    public SignedHeader[] Headers { get; }

    /// <summary>Reads a key; null without a file. False with a problem where there is none in it.</summary>
    public static bool TryLoad(string? file, out CustomerKey? key, out Problem? problem)
    {
        (key, problem) = (null, null);
        if (file is null)
        {
            return true;
        }
        var why = $"it does not hold {Bytes} bytes, as they are or in base64";
        try
        {
            using var stream = File.OpenRead(file);
            Span<byte> content = stackalloc byte[LongestFile];
            content = content[..stream.ReadAtLeast(content, LongestFile, throwOnEndOfStream: false)];
            Span<byte> decoded = stackalloc byte[LongestFile];
            if (content.Length == Bytes)
            {
                key = new(content);
            }
            else if (Convert.TryFromBase64String(Encoding.ASCII.GetString(content).Trim(), decoded, out var length) && length == Bytes)
            {
                key = new(decoded[..length]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            why = e.Message;
        }
        if (key is not null)
        {
            return true;
        }
        problem = new($"--sse-c-key-file: {Problem.Quote(file)} cannot be used: {why}", "make one with: openssl rand -base64 32; keep it safe, as nobody can read the objects without it");
        return false;
    }
}
