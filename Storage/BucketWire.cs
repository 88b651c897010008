using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;

namespace S3Sync.Storage;

/// <summary>
/// The requests that every file costs, PutObject, UploadPart and HeadObject, signed and sent by ourselves: the SDK's own way costs three times the CPU
/// and ten times the memory. Credentials, regions and endpoints are the SDK's. Throws as <see cref="HttpMessageInvoker"/> and the SDK's credentials do. Any thread.
/// </summary>
sealed class BucketWire(IAmazonS3 client, AWSCredentials credentials, BucketConnections connections, ChecksumKind kind, string? owner) : IDisposable
{
    static readonly HttpMethod Put = HttpMethod.Put, Head = HttpMethod.Head;

    readonly HttpMessageInvoker sender = new(connections.Pool, disposeHandler: false);
    readonly BucketKeys keys = new(credentials);
    readonly BucketAnswer answers = new(kind);
    // One entry a bucket of the settings.
    readonly ConcurrentDictionary<string, BucketPlace?> places = new();
    readonly string checksumHeader = HeaderOf(kind);
    SignedTime now = SignedTime.Of(default);

    /// <summary>Null where only the SDK can speak to this bucket.</summary>
    public BucketPlace? PlaceOf(string bucket) =>
        places.TryGetValue(bucket, out var place) ? place : places.GetOrAdd(bucket, BucketPlace.Of(client, bucket));

    /// <summary>PutObject or, with a query, UploadPart. Null if the server sends us elsewhere: that the SDK understands. To be awaited once.</summary>
    // What it remembers while it waits is lent again: 300 bytes less a file.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reply?> PutAsync(BucketPlace place, string key, string query, byte[] buffer, int length, Digest digest, bool onlyIfNew, CancellationToken limit)
    {
        var payload = place.IsHttps ? SignatureV4.Unsigned : Hash(buffer.AsSpan(0, length));
        using var request = await RequestAsync(Put, place, key, query, payload, digest.Base64, query.Length == 0, onlyIfNew);
        var content = request.Content = new BodyBytes(buffer, length);
        if (query.Length == 0)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }
        if (digest.Kind == ChecksumKind.Md5)
        {
            content.Headers.TryAddWithoutValidation("Content-MD5", digest.Base64);
        }
        return await AskAsync(request, query.Length == 0 ? RequestKind.PutObject : RequestKind.UploadPart, limit);
    }

    /// <summary>HeadObject. Null as above.</summary>
    public async ValueTask<Reply?> HeadAsync(BucketPlace place, string key, CancellationToken limit)
    {
        using var request = await RequestAsync(Head, place, key, "", SignatureV4.EmptyHash, "", false, false);
        return await AskAsync(request, RequestKind.HeadObject, limit);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<Reply?> AskAsync(HttpRequestMessage request, RequestKind kind, CancellationToken limit)
    {
        connections.Requests.Sent(kind);
        try
        {
            using var response = await sender.SendAsync(request, limit);
            var reply = await answers.ReadAsync(response, limit);
            if (reply?.Fault is Fault.Race or Fault.Corrupted or Fault.Overloaded)
            {
                connections.Requests.Failed(kind);
            }
            return reply;
        }
        catch (Exception) when (connections.Requests.Failed(kind))
        {
            throw;
        }
    }

    public void Dispose() => sender.Dispose();

    /// <summary>What every object is said to be.</summary>
    public const string ContentType = "application/octet-stream";

    async ValueTask<HttpRequestMessage> RequestAsync(HttpMethod method, BucketPlace place, string key, string query, string payload, string checksum, bool isTyped, bool onlyIfNew)
    {
        var time = Now();
        var signing = await keys.GetAsync(place.Region, time.Second, time.Day);
        return Sign(method, place, place.Path + UriText.OfPath(key), query, payload, checksum, isTyped, onlyIfNew, time.Text, signing);
    }

    HttpRequestMessage Sign(HttpMethod method, BucketPlace place, string path, string query, string payload, string checksum, bool isTyped, bool onlyIfNew, string time, SigningKey key)
    {
        // In the order of their names.
        var headers = new HeaderList();
        if (checksum.Length > 0 && kind == ChecksumKind.Md5)
        {
            headers.Add("content-md5", checksum);
        }
        if (isTyped)
        {
            headers.Add("content-type", ContentType);
        }
        headers.Add("host", place.Host);
        if (onlyIfNew)
        {
            headers.Add("if-none-match", "*");
        }
        // No name that begins with "x-amz-checksum-" stands between these.
        if (method == Head)
        {
            headers.Add("x-amz-checksum-mode", "ENABLED");
        }
        else if (checksumHeader.Length > 0)
        {
            headers.Add(checksumHeader, checksum);
        }
        headers.Add("x-amz-content-sha256", payload);
        headers.Add("x-amz-date", time);
        if (owner is not null)
        {
            headers.Add("x-amz-expected-bucket-owner", owner);
        }
        if (key.Token is { } token)
        {
            headers.Add("x-amz-security-token", token);
        }
        var authorization = SignatureV4.Authorize(key, method.Method, path, query, headers.All, payload, time);
        // Nobody may tidy what is signed.
        var uri = new Uri(query.Length == 0 ? place.Origin + path : $"{place.Origin}{path}?{query}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(method, uri);
        foreach (ref readonly var header in headers.All)
        {
            if (header.Name.StartsWith("x-amz-", StringComparison.Ordinal) || header.Name == "if-none-match")
            {
                request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.TryAddWithoutValidation("User-Agent", BucketAgent.Name);
        return request;
    }

    /// <summary>The time as requests state it; its text is made once a second.</summary>
    SignedTime Now()
    {
        var second = DateTime.UtcNow.Ticks / TimeSpan.TicksPerSecond;
        return now is var last && last.Second == second ? last : now = SignedTime.Of(second);
    }

    static string Hash(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The header that carries a checksum of this kind, in a request and in an answer; empty where none does.</summary>
    public static string HeaderOf(ChecksumKind kind) => kind switch
    {
        ChecksumKind.Crc64Nvme => "x-amz-checksum-crc64nvme",
        ChecksumKind.Crc32C => "x-amz-checksum-crc32c",
        ChecksumKind.Crc32 => "x-amz-checksum-crc32",
        _ => "",
    };

    sealed record SignedTime(long Second, string Text, string Day)
    {
        public static SignedTime Of(long second)
        {
            var text = new DateTime(second * TimeSpan.TicksPerSecond).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            return new(second, text, text[..8]);
        }
    }
}
