using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// The requests s3sync makes of S3, one method each: one attempt, answered by a value, never by an exception.
/// Any thread. Names: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
/// </summary>
sealed partial class Bucket : IDisposable
{
    readonly BucketOptions options;
    readonly AmazonS3Client client;
    readonly BucketConnections connections;
    readonly BucketRegions regions;
    readonly CustomerKey? customer;
    readonly BucketWire wire;
    // Null where a test gives other credentials.
    readonly BucketChain? chain;
    readonly TimeLimits limits;
    readonly Throttle throttle = new(TimeProvider.System);

    /// <param name="client">Made with a configuration of <see cref="BucketCredentials.Configure"/>; disposed with the bucket.</param>
    /// <param name="credentials">The client's.</param>
    /// <param name="options">The settings.</param>
    /// <param name="customer">The key of its options' file.</param>
    public Bucket(AmazonS3Client client, AWSCredentials credentials, BucketOptions options, CustomerKey? customer = null)
    {
        (this.client, this.options, this.customer, limits, chain) = (client, options, customer, new(options.RequestTimeout), credentials as BucketChain);
        connections = (BucketConnections)((ClientConfig)client.Config).HttpClientFactory;
        regions = new(client, credentials, connections, options);
        wire = new(regions, credentials, connections, options, customer);
        Endpoint = BucketEndpoint.NameOf(options, (AmazonS3Config)client.Config);
    }

    /// <summary>Finds region and credentials as the AWS tools do; no request is sent to S3. Null with what is missing.</summary>
    public static async Task<(Bucket? Bucket, IReadOnlyList<Problem> Missing)> OpenAsync(BucketOptions options)
    {
        var problems = new List<Problem>();
        if (Platform.MissingLibrary() is { } library)
        {
            return (null, [library]);
        }
        BucketSources.Tidy(problems);
        if (problems.Count > 0)
        {
            return (null, problems);
        }
        var config = BucketCredentials.Configure(options, out var problem);
        if (problem is { } found)
        {
            problems.Add(found);
        }
        if (!CustomerKey.TryLoad(options.CustomerKeyFile, out var customer, out problem))
        {
            problems.Add(problem!.Value);
        }
        var (credentials, without) = await BucketCredentials.FindAsync(config, options);
        if (without is { } reason)
        {
            problems.Add(reason);
        }
        return config is null || credentials is null || problems.Count > 0 ? (null, problems) : (new(new AmazonS3Client(credentials, config), credentials, options, customer), problems);
    }

    /// <summary>How many requests were sent so far.</summary>
    public BucketRequests Requests => connections.Requests;

    /// <summary>Called, by any thread, once a bucket of AWS that is in another region than the settings say: with both names.</summary>
    public Action<string, string>? RegionFound
    {
        set => regions.Found = value;
    }

    /// <summary>How fast bodies may be sent; null for no limit.</summary>
    public Bandwidth? Bandwidth
    {
        get => throttle.Plan;
        set => throttle.Plan = value;
    }

    /// <summary>True while bodies wait for that limit.</summary>
    public bool IsHeldByBandwidth => throttle.Holds;

    /// <summary>The name of this object store, which the ledger records with each proof: an address without its last slash, or AWS's partition.</summary>
    public string Endpoint { get; }

    /// <summary>False if requests to that object store would travel in clear, and the settings do not allow it.</summary>
    public bool MayAskAt(string endpoint) => !Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || !PlainHttp.IsRefused(url, options.AllowHttp);

    /// <summary>The same account's bucket at another object store, as an earlier <see cref="Endpoint"/> names it; the caller disposes it.</summary>
    public Task<(Bucket? Bucket, IReadOnlyList<Problem> Missing)> OpenAtAsync(string endpoint) => OpenAsync(BucketEndpoint.At(options, endpoint));

    /// <summary>The kind of checksum every object is proven by.</summary>
    public ChecksumKind Checksum => options.Checksum;

    /// <summary>True for AWS itself, whose conditional writes need no second look.</summary>
    public bool IsAws => options.IsAws;

    /// <summary>Whose server it is said to be.</summary>
    public Compat Compat => options.Compat;

    /// <summary>What is known of a bucket's conditional writes before any was tried.</summary>
    public Conditions NewConditions() => new(options.TrustsConditions);

    /// <summary>PutObject of a body that is in memory, with its checksum known beforehand. <paramref name="onlyIfNew"/>: If-None-Match: *.</summary>
    public async Task<Reply> PutAsync(string bucket, string key, ReadOnlyMemory<byte> body, Digest digest, bool onlyIfNew, CancellationToken cancel, ObjectHeaders? headers = null) =>
        await AskAsync(bucket, new(key, Body: body, Digest: digest, OnlyIfNew: onlyIfNew, Headers: headers), cancel)
        ?? await PutBySdkAsync(bucket, key, body, digest, onlyIfNew, cancel, headers);

    /// <summary>
    /// HeadObject with the stored checksum. Where its answer alone does not tell what it means, as it has no body, the key is asked for
    /// once more by a request whose answer has one.
    /// </summary>
    public async Task<Reply> HeadAsync(string bucket, string key, CancellationToken cancel)
    {
        var head = await AskAsync(bucket, new(key), cancel) ?? await HeadBySdkAsync(bucket, key, options.Checksum, cancel);
        return head.IsUnsure ? Verdicts.Join(head, await AskWhyAsync(bucket, key, cancel)) : head;
    }

    /// <summary>
    /// The same of an object that was there, with the checksum of a kind that earlier settings may have chosen: that it is gone is
    /// believed only of an answer that says so in words, as a bucket that is missing, or a proxy, answers HEAD in the same way.
    /// </summary>
    public async Task<Reply> FindAsync(string bucket, string key, ChecksumKind kind, CancellationToken cancel)
    {
        var head = kind is ChecksumKind.None or ChecksumKind.Md5 || kind == options.Checksum
            ? await AskAsync(bucket, new(key), cancel) ?? await HeadBySdkAsync(bucket, key, options.Checksum, cancel)
            : await HeadBySdkAsync(bucket, key, kind, cancel);
        return head.IsUnsure || head.Fault == Fault.NotThere ? Verdicts.Join(head, await AskWhyAsync(bucket, key, cancel)) : head;
    }

    /// <summary>The same with the checksum of the kind that the settings choose.</summary>
    public Task<Reply> FindAsync(string bucket, string key, CancellationToken cancel) => FindAsync(bucket, key, options.Checksum, cancel);

    /// <summary>UploadPart; the reply carries the part's ETag.</summary>
    public async Task<Reply> PutPartAsync(string bucket, string key, string uploadId, int number, ReadOnlyMemory<byte> body, Digest digest, CancellationToken cancel) =>
        await AskAsync(bucket, new(key, $"partNumber={number}&uploadId={UriText.OfValue(uploadId)}", body, digest), cancel)
        ?? await AskAsync(bucket, body.Length, cancel, (sdk, limit) =>
            sdk.PutPartAsync(bucket, key, uploadId, number, body, digest, limit));

    /// <summary>CreateMultipartUpload; the reply carries the upload's id.</summary>
    public Task<Reply> CreateUploadAsync(string bucket, string key, CancellationToken cancel, ObjectHeaders? headers = null) =>
        AskAsync(bucket, 0, cancel, (sdk, limit) => sdk.CreateUploadAsync(bucket, key, limit, headers));

    /// <summary>CompleteMultipartUpload with the whole object's checksum where the kind can state one.</summary>
    public Task<Reply> CompleteUploadAsync(string bucket, string key, string uploadId, IReadOnlyList<UploadedPart> parts, string whole, bool onlyIfNew, CancellationToken cancel) =>
        AskAsync(bucket, 0, cancel, (sdk, limit) =>
            sdk.CompleteUploadAsync(bucket, key, uploadId, parts, whole, onlyIfNew, limit), limits.Longest(parts));

    /// <summary>AbortMultipartUpload: what was sent of it is no longer stored, nor billed.</summary>
    public Task<Reply> AbortUploadAsync(string bucket, string key, string uploadId, CancellationToken cancel) =>
        AskAsync(bucket, 0, cancel, (sdk, limit) => sdk.AbortUploadAsync(bucket, key, uploadId, limit));

    /// <summary>
    /// DeleteObject, of the version where there is one. Only of objects that s3sync made to try something.
    /// </summary>
    public Task<Reply> RemoveAsync(string bucket, string key, string? version, CancellationToken cancel) =>
        AskAsync(bucket, 0, cancel, (sdk, limit) => sdk.RemoveAsync(bucket, key, version, limit));

    /// <summary>
    /// GetObject of one byte. An answer to HEAD has no body: its 403 may mean a right that is missing, or
    /// credentials that have ended. This tells.
    /// </summary>
    public async Task<Reply> AskWhyAsync(string bucket, string key, CancellationToken cancel) =>
        await AskAsync(bucket, new(key, IsRead: true), cancel)
        ?? await AskAsync(bucket, 0, cancel, (sdk, limit) => sdk.ReadByteAsync(bucket, key, limit), isStream: true);

    /// <summary>ListParts, to its end: adds every part that the server has of an upload.</summary>
    public async Task<Reply> ListPartsAsync(string bucket, string key, string uploadId, Dictionary<int, StoredPart> into, CancellationToken cancel)
    {
        Reply reply = default;
        do
        {
            var after = reply.Next;
            reply = await AskAsync(bucket, 0, cancel, (sdk, limit) =>
                sdk.ListPartsAsync(bucket, key, uploadId, after, into, limit));
            // A server that goes round in circles must not keep us.
            if (reply.Ok && reply.Next != 0 && reply.Next <= after)
            {
                return new(Fault.Rejected, "its list of parts does not end");
            }
        }
        while (reply.Ok && reply.Next != 0);
        return reply;
    }

    public void Dispose()
    {
        client.Dispose();
        wire.Dispose();
        regions.Dispose();
        connections.Dispose();
        limits.Dispose();
    }
}

/// <summary>A part the server has: its number from 1, its ETag and what we sent.</summary>
readonly record struct UploadedPart(int Number, string ETag, Digest Digest);
