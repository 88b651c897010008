using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// Reads of an answer what <see cref="Verdicts"/> judges by. That a header is not there proves little, as servers differ; S3's error
/// document and its headers prove an S3 server. No state; any thread.
/// </summary>
static class Evidence
{
    // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
    public const string RequestHeader = "x-amz-request-id";

    /// <summary>Of a body that is not S3's, as much is read: bytes.</summary>
    public const int Beginning = 1024;

    // Of it, as much is shown: characters.
    const int MostWords = 60, MostType = 40;

    /// <summary>The options, by the header that carries what they ask for; longer names first.</summary>
    static readonly (string Header, string Option)[] options =
    [
        ("x-amz-storage-class", "--storage-class"),
        ("x-amz-tagging", "--tags"),
        ("x-amz-acl", "--acl"),
        ("x-amz-server-side-encryption-customer", "--sse-c-key-file"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "--sse-kms-key"),
        ("x-amz-server-side-encryption-context", "--sse-kms-context"),
        ("x-amz-server-side-encryption-bucket-key-enabled", "--sse-bucket-key"),
        ("x-amz-server-side-encryption", "--sse"),
        ("x-amz-checksum-", "--checksum"),
        ("x-amz-sdk-checksum-algorithm", "--checksum"),
        ("x-amz-meta-", "--metadata"),
        ("cache-control", "--cache-control"),
    ];

    /// <summary>True for a success that no S3 server gives: an object without digest and date, a page in answer to PUT.</summary>
    public static bool IsForeign(HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated;
        if (response.RequestMessage!.Method == HttpMethod.Put)
        {
            return !headers.Contains("ETag") && !IsOfS3(response.Headers)
                && (response.Content.Headers.ContentLength != 0 || IsPage(response));
        }
        return !(headers.Contains("ETag") && response.Content.Headers.NonValidated.Contains("Last-Modified"))
            && !IsOfS3(response.Headers);
    }

    /// <summary>The same of a success whose body is to be S3's XML, or empty.</summary>
    public static bool IsForeign(HttpResponseMessage response, ReadOnlySpan<byte> body, bool isOfS3)
    {
        var start = body.TrimStart(" \r\n\t\ufeff"u8);
        return start.Length > 0 && (IsPage(response) || (isOfS3 && start[0] != '<') || BeginsPage(start)) && !IsOfS3(response.Headers);
    }

    /// <summary>All of an answer that decides what it means.</summary>
    /// <param name="text">Its body, as far as it was read.</param>
    public static BucketAnswerException Read(HttpResponseMessage response, string text)
    {
        var asked = response.RequestMessage!;
        var isError = text.Contains("<Error", StringComparison.Ordinal);
        // An answer to HEAD has no body: https://github.com/minio/minio says the code in a header.
        var code = (isError ? Element(text, "Code") : null) ?? Header(response.Headers, "x-minio-error-code") ?? "";
        var named = isError ? Element(text, "Header") ?? Element(text, "ArgumentName") : null;
        var options = OptionsOf(asked, code, named, out var isOfOption);
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) ? types.ToString() : "";
        var speaker = code.Length > 0 || IsOfS3(response.Headers) ? Speaker.S3
            : text.AsSpan().Trim().Length > 0 || (asked.Method == HttpMethod.Head && IsText(type)) ? Speaker.Other
            : Speaker.Unknown;
        AnswerFacts facts = new(
            BucketRequests.KindOf(asked), (int)response.StatusCode, code, speaker,
            asked.Headers.NonValidated.Contains("If-None-Match"), isOfOption);
        // STS says its number in the body only.
        return new(facts, Header(response.Headers, RequestHeader) ?? Element(text, "RequestId"))
        {
            Location = Header(response.Headers, "Location"),
            Region = BucketRegions.RegionIn(response),
            Type = Shown.Text(type.Split(';')[0], MostType),
            Words = code.Length > 0 ? "" : Words(text),
            Options = options,
        };
    }

    public static string? Header(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) && values.ToString() is { Length: > 0 } value ? value : null;

    /// <summary>True if it has a header that only S3 servers send. Amazon's own front servers have some that begin alike.</summary>
    static bool IsOfS3(HttpResponseHeaders headers)
    {
        foreach (var (name, values) in headers.NonValidated)
        {
            if ((Begins(name, "x-amz-") || Begins(name, "x-minio-") || Begins(name, "x-rgw-") || Begins(name, "x-goog-"))
                && !Begins(name, "x-amz-cf-") && !Begins(name, "x-amz-apigw-") && values.ToString().Length > 0)
            {
                return true;
            }
        }
        return false;
    }

    static bool Begins(string name, string start) => name.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    static bool IsPage(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) && Begins(types.ToString(), "text/html");

    static bool IsText(string type) => Begins(type, "text/") && !Begins(type, "text/xml");

    static bool BeginsPage(ReadOnlySpan<byte> text) =>
        Encoding.Latin1.GetString(text[..Math.Min(text.Length, 256)]).Contains("<html", StringComparison.OrdinalIgnoreCase);

    /// <summary>The options that may be what the server does not take.</summary>
    /// <param name="isNamed">True if the answer says which it is.</param>
    static string OptionsOf(HttpRequestMessage asked, string code, string? named, out bool isNamed)
    {
        isNamed = true;
        if (code is "InvalidStorageClass")
        {
            return "--storage-class";
        }
        if (code is "InvalidTag")
        {
            return "--tags";
        }
        if (code is "AccessControlListNotSupported")
        {
            return "--acl";
        }
        if (named is not null && OptionOf(named) is { } option)
        {
            return option;
        }
        isNamed = false;
        List<string> sent = [];
        if (asked.Method == HttpMethod.Put || asked.Method == HttpMethod.Post)
        {
            foreach (var (name, _) in asked.Headers.NonValidated)
            {
                if (OptionOf(name) is { } one && !sent.Contains(one))
                {
                    sent.Add(one);
                }
            }
        }
        return string.Join(", ", sent);
    }

    static string? OptionOf(string header)
    {
        foreach (var (start, option) in options)
        {
            if (Begins(header, start))
            {
                return option;
            }
        }
        return null;
    }

    /// <summary>How a body begins, without the marks of HTML.</summary>
    static string Words(string text)
    {
        var words = new StringBuilder();
        var isMark = false;
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, Beginning)))
        {
            isMark = letter == '<' || (isMark && letter != '>');
            var shown = isMark || letter is '>' or '\r' or '\n' or '\t' ? ' ' : letter;
            if (shown != ' ' || (words.Length > 0 && words[^1] != ' '))
            {
                words.Append(shown);
            }
        }
        return Shown.Text(words.ToString().TrimEnd(), MostWords);
    }

    /// <summary>An element of S3's flat error document; the text of another one cannot look like it, as its angle brackets are escaped.</summary>
    static string? Element(string text, string name)
    {
        var start = text.IndexOf($"<{name}>", StringComparison.Ordinal);
        var end = text.IndexOf($"</{name}>", StringComparison.Ordinal);
        return start >= 0 && end > start ? text[(start + name.Length + 2)..end] : null;
    }
}
