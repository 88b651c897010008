using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// What an operator asks besides what a run asks: whose credentials these are, what time the server has.
/// No run uses it. Any thread.
/// </summary>
sealed class BucketAccount : IDisposable
{
    readonly AmazonS3Client client;
    readonly BucketChain credentials;
    readonly bool isAws;
    readonly HttpClient plain;
    readonly BucketRegions regions;

    readonly CustomerKey? customer;

    /// <param name="client">Disposed with it.</param>
    public BucketAccount(
        AmazonS3Client client, BucketChain credentials, Uri address, in BucketOptions options, CustomerKey? customer)
    {
        (this.client, this.credentials, Address, isAws, this.customer) = (client, credentials, address, options.IsAws, customer);
        regions = new(client, credentials, (BucketConnections)((ClientConfig)client.Config).HttpClientFactory, options);
        // Over the same connections: it trusts whom they trust.
        plain = new(((BucketConnections)((ClientConfig)client.Config).HttpClientFactory).Pool, disposeHandler: false) { Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>Where the server is.</summary>
    public Uri Address { get; }

    /// <summary>Which server it seems to be, once it was asked for the time.</summary>
    public ServerGuess Server { get; private set; }

    /// <summary>The proxy that stands between, as it may be said; null where there is none, or where Windows chooses it.</summary>
    public string? Through => ((BucketConnections)((ClientConfig)client.Config).HttpClientFactory).Proxy?.GetProxy(Address) is { } proxy ? ProxyChoice.NameOf(proxy) : null;

    /// <summary>Null where region or credentials are missing; <see cref="Bucket.OpenAsync"/> says which.</summary>
    public static async Task<BucketAccount?> OpenAsync(BucketOptions options)
    {
        if (!CustomerKey.TryLoad(options.CustomerKeyFile, out var customer, out _) || BucketCredentials.Configure(options, out _) is not { } config || (await BucketCredentials.FindAsync(config, options)).Chain is not { } credentials)
        {
            return null;
        }
        var client = new AmazonS3Client(credentials, config);
        var address = options.Endpoint ?? new(client.DetermineServiceOperationEndpoint(new Amazon.S3.Model.ListBucketsRequest()).URL);
        return new(client, credentials, address, options, customer);
    }

    /// <summary>Which link of the AWS chain gave the credentials.</summary>
    public string Source => credentials.Source;

    /// <summary>The access key's id, which is no secret, and until when it is good; null for keys that do not expire. A problem where there are none at the moment.</summary>
    public async Task<(string KeyId, DateTime? Until, Problem? Problem)> WhoAsync()
    {
        try
        {
            return ((await credentials.GetCredentialsAsync()).AccessKey, credentials.Expiration, null);
        }
        catch (BucketCredentialsException e)
        {
            return ("", null, e.Problem);
        }
    }

    /// <summary>Whose they are; null where nobody can be asked.</summary>
    public Task<BucketIdentity?> IdentityAsync(CancellationToken cancel) => BucketIdentity.AskAsync(credentials, (AmazonS3Config)client.Config, isAws, cancel);

    /// <summary>The rule that removes abandoned uploads in parts whose keys begin so; null where there is none.</summary>
    public async Task<(Reply Reply, AbortRule? Rule)> AbortRuleAsync(string bucket, string head, CancellationToken cancel) =>
        await TryFindAsync(bucket, cancel) is { } there ? await BucketLifecycle.AskAsync(there, bucket, head, cancel) : (new(Fault.Unreachable, "no answer"), null);

    /// <summary>
    /// How far this machine's clock is ahead of the server's, to the second; null where it does not say its time,
    /// with a problem where it does not answer.
    /// </summary>
    public async Task<(TimeSpan? Ahead, Problem? Problem)> ClockAsync(CancellationToken cancel)
    {
        try
        {
            var before = DateTimeOffset.UtcNow;
            using var request = new HttpRequestMessage(HttpMethod.Head, Address);
            using var response = await plain.SendAsync(request, cancel);
            Server = ServerGuess.Of(Address, response.Headers);
            var now = before + (DateTimeOffset.UtcNow - before) / 2;
            // The header has whole seconds: what it says was so half a second ago, on average.
            return response.Headers.Date is { } date ? (now - date - TimeSpan.FromSeconds(0.5), null) : (null, null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            var (what, hint) = Unreached.Words(e);
            return (null, new($"{Address}: {what}", hint.Length > 0 ? hint : "look at the address, the network, the proxy and the server"));
        }
    }

    /// <summary>One page of the objects whose keys begin so, in the order of their keys as UTF-8; <c>Next</c> asks for the page behind it, null behind the last.</summary>
    public async Task<(Reply Reply, List<ListedObject> Objects, string? Next)> ListAsync(string bucket, string prefix, string? next, CancellationToken cancel)
    {
        List<ListedObject> objects = [];
        try
        {
            // XML cannot carry every key as it is: the server encodes them as the value of a form. The SDK leaves that to who asks for it.
            var page = await (await regions.FindClientAsync(bucket, cancel)).ListObjectsV2Async(new() { BucketName = bucket, Prefix = prefix, ContinuationToken = next, Encoding = EncodingType.Url }, cancel);
            // Not every server does, and then a '+' is one.
            var isEncoded = page.Encoding == EncodingType.Url;
            foreach (var one in page.S3Objects ?? [])
            {
                if (one.Key is null || one.Size < 0)
                {
                    return (AnswerLimits.Odd("list of objects"), objects, null);
                }
                var key = isEncoded ? Uri.UnescapeDataString(one.Key.Replace('+', ' ')) : one.Key;
                objects.Add(new(key, one.Size ?? 0, one.LastModified is { } modified ? new DateTimeOffset(modified.ToUniversalTime()).ToUnixTimeMilliseconds() : 0));
            }
            // A server that goes round in circles must not keep us; and one that has more, and does not say where, has not told all.
            var following = page.IsTruncated == true ? page.NextContinuationToken ?? "" : null;
            return following is not null && (following == next || following.Length == 0)
                ? (AnswerLimits.Odd("list of objects"), objects, null)
                : (new(Fault.None), objects, following);
        }
        catch (Exception e)
        {
            return (BucketFaults.Of(e, cancel.IsCancellationRequested, Address.Authority), objects, null);
        }
    }

    /// <summary>True if objects are encrypted with a key of the settings' own.</summary>
    public bool HasCustomerKey => customer is not null;

    /// <summary>What HEAD states of an object: its headers, by their names in lower case.</summary>
    public async Task<(Reply Reply, Dictionary<string, string> Headers)> TraitsAsync(string bucket, string key, CancellationToken cancel)
    {
        Dictionary<string, string> found = [];
        try
        {
            var there = await regions.FindClientAsync(bucket, cancel);
            var sent = BucketSender.Begin();
            await there.GetObjectMetadataAsync(new()
            {
                BucketName = bucket,
                Key = key,
                ServerSideEncryptionCustomerMethod = customer is null ? null : ServerSideEncryptionCustomerMethod.AES256,
                ServerSideEncryptionCustomerProvidedKey = customer?.Base64,
                ServerSideEncryptionCustomerProvidedKeyMD5 = customer?.Md5,
            }, cancel);
            foreach (var headers in (HttpHeaders?[])[sent.Head?.Headers, sent.Head?.Content.Headers])
            {
                foreach (var (name, values) in headers?.NonValidated ?? default)
                {
                    found[name.ToLowerInvariant()] = values.ToString();
                }
            }
            return (new(Fault.None), found);
        }
        catch (Exception e)
        {
            return (BucketFaults.Of(e, cancel.IsCancellationRequested), found);
        }
    }

    /// <summary>How many tags an object has.</summary>
    public async Task<(Reply Reply, int Count)> TagsAsync(string bucket, string key, CancellationToken cancel)
    {
        try
        {
            var there = await regions.FindClientAsync(bucket, cancel);
            var tags = await there.GetObjectTaggingAsync(new() { BucketName = bucket, Key = key }, cancel);
            return (new(Fault.None), tags.Tagging?.Count ?? 0);
        }
        catch (Exception e)
        {
            return (BucketFaults.Of(e, cancel.IsCancellationRequested), 0);
        }
    }

    /// <summary>
    /// Reads an object back and digests it, in parts of a length where the receipt tells of parts;
    /// the checksum as a receipt has it, null of an object that
    /// is longer than <paramref name="size"/>: it is read no further than that.
    /// </summary>
    public async Task<(Reply Reply, string? Whole)> DigestAsync(
        string bucket, string key, Receipt receipt, long size, long partSize, CancellationToken cancel)
    {
        BucketSender.Begin(isStream: true);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            using var response = await (await regions.FindClientAsync(bucket, cancel)).GetObjectAsync(new()
            {
                BucketName = bucket,
                Key = key,
                ServerSideEncryptionCustomerMethod = customer is null ? null : ServerSideEncryptionCustomerMethod.AES256,
                ServerSideEncryptionCustomerProvidedKey = customer?.Base64,
                ServerSideEncryptionCustomerProvidedKeyMD5 = customer?.Md5,
            }, cancel);
            using var digest = new DigestInPieces(receipt.Kind);
            // The ETag of an object sent in parts is a digest of theirs.
            var part = receipt.Kind == ChecksumKind.Md5 && receipt.Checksum.Contains('-') ? partSize : long.MaxValue;
            List<Digest> parts = [];
            var left = part;
            var toCome = size;
            while (true)
            {
                var room = (int)Math.Min(buffer.Length, Math.Min(left, toCome + 1));
                var count = await response.ResponseStream.ReadAsync(buffer.AsMemory(0, room), cancel);
                if (count == 0)
                {
                    break;
                }
                if ((toCome -= count) < 0)
                {
                    return (new(Fault.None), null);
                }
                digest.Append(buffer.AsSpan(0, count));
                if ((left -= count) == 0)
                {
                    parts.Add(digest.Finish());
                    left = part;
                }
            }
            if (part == long.MaxValue)
            {
                return (new(Fault.None), digest.Finish().Whole);
            }
            if (left != part)
            {
                parts.Add(digest.Finish());
            }
            return receipt.Checksum.EndsWith($"-{parts.Count}", StringComparison.Ordinal)
                ? (new(Fault.None), DigestOfParts.Whole(CollectionsMarshal.AsSpan(parts)))
                : (new(Fault.Rejected, $"it was sent in parts of another length than {partSize >> 20} MB: give --upload-part-size as it was then"), "");
        }
        catch (Exception e)
        {
            return (BucketFaults.Of(e, cancel.IsCancellationRequested, Address.Authority), "");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    async Task<AmazonS3Client?> TryFindAsync(string bucket, CancellationToken cancel)
    {
        try
        {
            return await regions.FindClientAsync(bucket, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        regions.Dispose();
        client.Dispose();
        plain.Dispose();
    }
}

/// <summary>An object as a listing tells of it.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When it was written, milliseconds since 1970 UTC.</param>
readonly record struct ListedObject(string Key, long Size, long Modified);
