using System;
using System.Buffers;
using System.IO;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// An answer that no server of this kind gives: too long, too deep, or with a value that cannot be
/// one. To <see cref="BucketFaults"/> there was no answer.
/// </summary>
sealed class BadAnswerException(string why) : IOException(why);

/// <summary>How much of an answer s3sync takes in, before anything parses it. No state; any thread.</summary>
static class AnswerLimits
{
    /// <summary>
    /// Of headers, KiB: S3's have at most some 4, metadata of 2 included. The handler's own limit
    /// is 64.
    /// </summary>
    public const int HeadersKib = 32;

    /// <summary>
    /// Of an error, and of every answer that is one object: bytes. S3's have some 300, those of STS
    /// some 3,000.
    /// </summary>
    public const int Short = 64 * 1024;

    /// <summary>
    /// Of a page of a list: bytes. 1,000 keys of 1,024 bytes, each encoded as %XX, are 3 MiB, and
    /// some 400 bytes beside each.
    /// </summary>
    public const int List = 8 * 1024 * 1024;

    // S3's and STS's documents are six deep. The SDK keeps the path of each element: deep ones cost
    // it the square of their length.
    const int Depth = 16;
    // A page of 1,000 objects has 20 elements each at most.
    const int Elements = 100_000;
    // A name with a namespace.
    const int Tag = 4 * 1024;
    // S3's own are at most 1,024 bytes
    // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html), R2's
    // uploads have some 400.
    const int Id = 2 * 1024, Sum = 256;
    const int MostParts = 10_000;
    const int LongestName = 60;
    const string Result = "Result";
    static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n"u8);

    /// <summary>
    /// The whole body. Throws <see cref="BadAnswerException"/> where it is longer.
    /// </summary>
    /// <param name="heard">
    /// Called whenever something arrives, of an answer that white space keeps alive: it is left out. Null where
    /// white space is a part of the answer.
    /// </param>
    public static async Task<byte[]> ReadAsync(
        HttpContent content, int most, CancellationToken cancel, Action? heard = null)
    {
        var (bytes, isWhole) = await ReadUpToAsync(content, most, cancel, heard);
        return isWhole ? bytes : throw TooLong(most);
    }

    /// <summary>The body, or its beginning where it is longer.</summary>
    public static async Task<(byte[] Bytes, bool IsWhole)> ReadUpToAsync(
        HttpContent content, int most, CancellationToken cancel, Action? heard = null)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(most, Short) + 1);
        try
        {
            var (length, spared) = (0, 0);
            while (length <= most)
            {
                var room = buffer.AsMemory(length, Math.Min(buffer.Length, most + 1) - length);
                var read = await stream.ReadAsync(room, cancel);
                if (read == 0)
                {
                    break;
                }
                heard?.Invoke();
                if (heard is not null && !room.Span[..read].ContainsAnyExcept(Blank) && (spared += read) <= List)
                {
                    continue;
                }
                length += read;
                if (length == buffer.Length && length <= most)
                {
                    buffer = Grow(buffer, most);
                }
            }
            return (buffer.AsSpan(0, Math.Min(length, most)).ToArray(), length <= most);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static BadAnswerException TooLong(int most) => 
        new($"its answer is longer than the {most:N0} bytes that such an answer may have");

    /// <summary>
    /// Throws <see cref="BadAnswerException"/> for a document that would cost its parser more than
    /// its length. Whether it is well-formed, the parser says.
    /// </summary>
    public static void CheckXml(ReadOnlySpan<byte> text)
    {
        // No letter of UTF-8: another encoding hides its brackets.
        if (text.Contains((byte)0))
        {
            throw new BadAnswerException("its answer is no XML in UTF-8");
        }
        var (depth, elements) = (0, 0);
        for (int at; (at = text.IndexOf((byte)'<')) >= 0;)
        {
            text = text[at..];
            if (text.StartsWith("<!--"u8) || text.StartsWith("<![CDATA["u8))
            {
                text = After(text, text[2] == '-' ? "-->"u8 : "]]>"u8);
                continue;
            }
            if (text.StartsWith("<!"u8))
            {
                throw new BadAnswerException("its answer has a document type, which S3's have not");
            }
            var tag = text[..LengthOfTag(text)];
            depth += tag.StartsWith("</"u8) ? -1 : tag.StartsWith("<?"u8) || tag.EndsWith("/>"u8) ? 0 : 1;
            if (depth > Depth || ++elements > 2 * Elements)
            {
                throw new BadAnswerException("its answer is XML that is deeper or larger than S3's");
            }
            text = text[tag.Length..];
        }
    }

    /// <summary>Without white space before it: XML that declares itself must begin with that.</summary>
    public static byte[] FromFirst(byte[] text) => text.AsSpan().IndexOfAnyExcept(Blank) switch
    {
        0 or < 0 => text,
        var at => text[at..],
    };

    /// <summary>
    /// Throws <see cref="BadAnswerException"/> for a document that does not answer the request: the SDK would
    /// find nothing in it, and take that for an empty list.
    /// </summary>
    /// <param name="root">See <see cref="RootOf"/>.</param>
    public static void CheckRoot(string root, RequestKind asked, string query)
    {
        var isList = asked == RequestKind.Other && query.Contains("list-type=2", StringComparison.Ordinal);
        var mustBeResult = isList || asked is RequestKind.CreateMultipartUpload or RequestKind.CompleteMultipartUpload
            || (asked == RequestKind.Other && query.Contains("uploadId=", StringComparison.Ordinal));
        if (isList ? root != "ListBucketResult" : mustBeResult && !root.EndsWith(Result, StringComparison.Ordinal))
        {
            var found = root.Length == 0 ? "no XML" : $"a document <{root}>";
            throw new BadAnswerException($"its answer is {found}, not what was asked for: is this an S3 server?");
        }
    }

    /// <summary>The name of a document's outermost element, without a prefix; empty where there is none.</summary>
    public static string RootOf(ReadOnlySpan<byte> text)
    {
        for (int at; (at = text.IndexOf((byte)'<')) >= 0;)
        {
            text = text[at..];
            if (text.StartsWith("<!--"u8) || text.StartsWith("<?"u8))
            {
                text = After(text, text[1] == '!' ? "-->"u8 : "?>"u8);
                continue;
            }
            var name = text[1..];
            var end = name.IndexOfAny(" \t\r\n/>"u8);
            name = end < 0 ? [] : name[..end];
            name = name[(name.IndexOf((byte)':') + 1)..];
            return name.Length > LongestName ? "" : Encoding.UTF8.GetString(name);
        }
        return "";
    }

    /// <summary>
    /// A success, or a fault where one of its values cannot be what it says: such a value is
    /// neither compared nor kept.
    /// </summary>
    public static Reply Check(in Reply reply)
    {
        var odd = !IsPlain(reply.ETag, Sum) ? "ETag"
            : !IsPlain(reply.Checksum, Sum) ? "checksum"
            : !IsPlain(reply.VersionId, Id) ? "version id"
            : !IsPlain(reply.UploadId, Id) ? "upload id"
            : null;
        return odd is null ? reply : Odd(odd);
    }

    /// <summary>
    /// The same for a multipart upload that was begun: without a name it cannot go on.
    /// </summary>
    public static Reply CheckUpload(in Reply reply) =>
        reply.UploadId is { Length: > 0 } ? Check(reply) : Odd("upload id");

    /// <summary>The same for a part of a list.</summary>
    public static bool IsPart(int number, long size, string etag, string checksum) =>
        number is > 0 and <= MostParts && size >= 0 && IsPlain(etag, Sum) && IsPlain(checksum, Sum);

    public static Reply Odd(string what) =>
        new(Fault.Unreachable, $"its answer has no {what} that could be one: is this an S3 server?");

    static bool IsPlain(string? value, int most)
    {
        if (value?.Length > most)
        {
            return false;
        }
        foreach (var character in value ?? "")
        {
            if (character is < ' ' or > '~')
            {
                return false;
            }
        }
        return true;
    }

    static byte[] Grow(byte[] full, int most)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(most + 1L, full.Length * 2L));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    static ReadOnlySpan<byte> After(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) =>
        text.IndexOf(end) is >= 0 and var at ? text[(at + end.Length)..] : [];

    /// <summary>Up to the bracket that ends it; one in quotes does not.</summary>
    static int LengthOfTag(ReadOnlySpan<byte> text)
    {
        byte quote = 0;
        for (var i = 1; i < Math.Min(text.Length, Tag); i++)
        {
            if (quote == 0 && text[i] == '>')
            {
                return i + 1;
            }
            quote = quote == 0 && text[i] is (byte)'"' or (byte)'\'' ? text[i] : text[i] == quote ? (byte)0 : quote;
        }
        throw new BadAnswerException("its answer has a tag that does not end");
    }
}
