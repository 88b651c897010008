using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>
/// The requests that every file costs, PutObject, UploadPart and HeadObject, signed and sent by ourselves: the SDK's own way costs three times the CPU
/// and ten times the memory. Credentials, regions and endpoints are the SDK's. Throws as <see cref="HttpMessageInvoker"/> and the SDK's credentials do. Any thread.
/// </summary>
sealed class BucketWire(BucketRegions regions, AWSCredentials credentials, BucketConnections connections, BucketOptions options, CustomerKey? customer) : IDisposable
{
    static readonly HttpMethod Put = HttpMethod.Put, Head = HttpMethod.Head;

    readonly HttpMessageInvoker sender = new(connections.Pool, disposeHandler: false);
    readonly BucketKeys keys = new(credentials);
    readonly ChecksumKind kind = options.Checksum;
    readonly string? owner = options.Owner;
    readonly bool signsBodies = options.Rules.SignsBodies;
    readonly BucketAnswer answers = new(options.Checksum);
    readonly string checksumHeader = HeaderOf(options.Checksum);
    SignedTime now = SignedTime.Of(default);
    readonly ConcurrentDictionary<string, Traffic> traffic = new();

    /// <summary>
    /// One attempt; a second only where S3 says that the bucket is in another region, at an address
    /// made here. To be awaited once.
    /// </summary>
    // What it remembers while it waits is lent again: 300 bytes less a file.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reply> SendAsync(string bucket, BucketPlace place, WireRequest asked, CancellationToken limit)
    {
        if (regions.IsGuess)
        {
            place = await regions.FindAsync(bucket, place, limit);
        }
        var kind = asked.IsRead ? RequestKind.Other : asked.Body is null ? RequestKind.HeadObject : asked.Query.Length == 0 ? RequestKind.PutObject : RequestKind.UploadPart;
        for (var isAgain = false; ; isAgain = true)
        {
            using var request = await RequestAsync(bucket, place, asked);
            connections.Requests.Sent(kind);
            try
            {
                using var response = await sender.SendAsync(request, limit);
                var reply = await answers.ReadAsync(response, kind, limit);
                // Of another region: nothing was done, and it says which.
                if (!isAgain && !reply.Ok
                    && await regions.MovedAsync(
                        bucket, place, (int)response.StatusCode, BucketRegions.RegionIn(response), reply.Fault, limit) is { } there)
                {
                    place = there;
                    continue;
                }
                if (reply.Fault is Fault.Race or Fault.Corrupted or Fault.Overloaded)
                {
                    connections.Requests.Failed(kind);
                }
                return request.Content is BodyBytes { Begun: > 0 } body ? reply with { Exchange = body.Answered() } : reply;
            }
            catch (Exception) when (connections.Requests.Failed(kind))
            {
                throw;
            }
        }
    }

    public void Dispose() => sender.Dispose();

    Traffic TrafficOf(string bucket) => traffic.TryGetValue(bucket, out var known) ? known : traffic.GetOrAdd(bucket, new Traffic());

    async ValueTask<HttpRequestMessage> RequestAsync(string bucket, BucketPlace place, WireRequest asked)
    {
        var time = Now();
        var key = await keys.GetAsync(place.Region, time.Second, time.Day);
        return Sign(place, asked, time.Text, key, asked.Body is null ? null : TrafficOf(bucket));
    }

    HttpRequestMessage Sign(BucketPlace place, in WireRequest asked, string time, SigningKey key, Traffic? underWay)
    {
        var path = place.Path + UriText.OfPath(asked.Key);
        var method = asked.IsRead ? HttpMethod.Get : asked.Body is null ? Head : Put;
        var isTyped = method == Put && asked.Query.Length == 0;
        var checksum = method == Put ? asked.Digest.Base64 : "";
        var payload = asked.Body is not { } body ? SignatureV4.EmptyHash : place.IsHttps && !signsBodies ? SignatureV4.Unsigned : Hash(body.Span);
        ReadOnlySpan<SignedHeader> more = asked.Headers?.More;
        // In the order of their names.
        var headers = new HeaderList(more.Length + (customer?.Headers.Length ?? 0));
        if (checksum.Length > 0 && kind == ChecksumKind.Md5)
        {
            headers.Add("content-md5", checksum);
        }
        if (isTyped)
        {
            headers.Add("content-type", asked.Headers?.ContentType ?? ObjectWishes.AnyType);
        }
        headers.Add("host", place.Host);
        if (asked.OnlyIfNew)
        {
            headers.Add("if-none-match", "*");
        }
        if (asked.IsRead)
        {
            headers.Add("range", "bytes=0-0");
        }
        // No name that begins with "x-amz-checksum-" stands between these.
        if (method == Head)
        {
            headers.Add("x-amz-checksum-mode", "ENABLED");
        }
        else if (method == Put && checksumHeader.Length > 0)
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
        foreach (ref readonly var header in more)
        {
            headers.Insert(header);
        }
        foreach (ref readonly var header in (ReadOnlySpan<SignedHeader>)customer?.Headers)
        {
            headers.Insert(header);
        }
        var authorization = SignatureV4.Authorize(key, method.Method, path, asked.Query, headers.All, payload, time);
        // Nobody may tidy what is signed.
        var uri = new Uri(asked.Query.Length == 0 ? place.Origin + path : $"{place.Origin}{path}?{asked.Query}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(method, uri) { Content = asked.Body is { } bytes ? new BodyBytes(bytes, underWay!) : null };
        foreach (ref readonly var header in headers.All)
        {
            // Those of the content are the content's; Host is the handler's.
            if (header.Name.StartsWith("content-", StringComparison.Ordinal))
            {
                request.Content!.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
            else if (header.Name != "host")
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
