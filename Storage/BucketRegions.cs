using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace S3Sync.Storage;

/// <summary>
/// Where each bucket is. At AWS that may be another region than the settings name, or they name none: S3 says which it is, and from then on every request
/// goes there. Only the region's name is taken from an answer; the host is what the SDK's rules make of it. Any thread.
/// </summary>
sealed class BucketRegions(AmazonS3Client client, AWSCredentials credentials, BucketConnections connections, BucketOptions options) : IDisposable
{
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    const string Header = "x-amz-bucket-region";

    readonly HttpMessageInvoker sender = new(connections.Pool, disposeHandler: false);
    readonly SemaphoreSlim asking = new(1);
    // One entry a bucket of the settings; of those that are elsewhere only, by the bucket.
    readonly ConcurrentDictionary<string, BucketPlace?> places = new();
    readonly ConcurrentDictionary<string, AmazonS3Client> elsewhere = new();
    readonly ConcurrentDictionary<string, bool> asked = new();

    /// <summary>Called, by any thread, once a bucket that is in another region than the settings say, or that they say none of: with both names.</summary>
    public Action<string, string>? Found { get; set; }

    /// <summary>True where no region is known, and each bucket is to be asked for its own.</summary>
    public bool IsGuess => connections.RegionIsGuess;

    // Another server has one region, or none. An access point says where it is.
    bool CanMove(string bucket) => options.IsAws && options.Endpoint is null && !bucket.StartsWith("arn:", StringComparison.Ordinal);

    /// <summary>Null where only the SDK can speak to this bucket.</summary>
    public BucketPlace? PlaceOf(string bucket) => places.TryGetValue(bucket, out var place) ? place : places.GetOrAdd(bucket, BucketPlace.Of(client, bucket));

    /// <summary>The client for the bucket's region, as far as that is known.</summary>
    public AmazonS3Client ClientOf(string bucket) => elsewhere.TryGetValue(bucket, out var there) ? there : client;

    /// <summary>The same, but S3 is asked before.</summary>
    public async Task<AmazonS3Client> FindClientAsync(string bucket, CancellationToken cancel)
    {
        if (PlaceOf(bucket) is { } place)
        {
            await FindAsync(bucket, place, cancel);
        }
        return ClientOf(bucket);
    }

    /// <summary>Where the bucket is: asked of S3 once, unless that is known. Throws as <see cref="HttpMessageInvoker"/> does.</summary>
    public async ValueTask<BucketPlace> FindAsync(string bucket, BucketPlace place, CancellationToken cancel)
    {
        if (!CanMove(bucket) || asked.ContainsKey(bucket))
        {
            return PlaceOf(bucket) ?? place;
        }
        await asking.WaitAsync(cancel);
        try
        {
            if (!asked.ContainsKey(bucket) && await AskAsync(place, cancel) is { } region)
            {
                Learn(bucket, region);
            }
            asked[bucket] = true;
            return PlaceOf(bucket) ?? place;
        }
        finally
        {
            asking.Release();
        }
    }

    /// <summary>Where to send a request again that was answered so; null where it was right, or nobody says where.</summary>
    /// <param name="status">The answer's.</param>
    /// <param name="region">The region in it, all that is taken from it; null for none.</param>
    /// <param name="fault">What it means: some may mean other things too, and then only a region in
    /// it counts.</param>
    public async ValueTask<BucketPlace?> MovedAsync(
        string bucket, BucketPlace place, int status, string? region, Fault fault, CancellationToken cancel)
    {
        if (status is not (301 or 307 or 400 or 403) || !CanMove(bucket))
        {
            return null;
        }
        if (region is not null)
        {
            Learn(bucket, region);
        }
        else if (fault is Fault.NoBucket or Fault.Redirected)
        {
            await FindAsync(bucket, place, cancel);
        }
        return PlaceOf(bucket) is { } now && now.Region != place.Region ? now : null;
    }

    /// <summary>
    /// True if an answer to a request of the SDK's says that the bucket is elsewhere, and <see
    /// cref="ClientOf"/> now knows where.
    /// </summary>
    public async Task<bool> HasMovedAsync(string bucket, BucketAnswerException answer, CancellationToken cancel) =>
        PlaceOf(bucket) is { } place
        && await MovedAsync(
            bucket, place, (int)answer.StatusCode, answer.Region, BucketFaults.Of(answer).Fault, cancel) is not null;

    public void Dispose()
    {
        sender.Dispose();
        asking.Dispose();
        foreach (var one in elsewhere.Values)
        {
            one.Dispose();
        }
    }

    void Learn(string bucket, string region)
    {
        var known = PlaceOf(bucket)?.Region;
        // Credentials are of one partition, and so is what they sign.
        if (region == known || RegionEndpoint.GetBySystemName(region) is var endpoint && endpoint.PartitionName != client.Config.RegionEndpoint.PartitionName)
        {
            return;
        }
        var there = new AmazonS3Client(credentials, BucketEndpoint.InRegion((AmazonS3Config)client.Config, endpoint));
        if (!elsewhere.TryAdd(bucket, there))
        {
            there.Dispose();
            return;
        }
        places[bucket] = BucketPlace.Of(there, bucket);
        Found?.Invoke(bucket, region);
    }

    /// <summary>HeadBucket without a signature: to whomever it does not let in S3 says the region all the same.</summary>
    async Task<string?> AskAsync(BucketPlace place, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, place.Origin + place.Path);
        request.Headers.TryAddWithoutValidation("User-Agent", BucketAgent.Name);
        connections.Requests.Sent(RequestKind.Other);
        using var response = await sender.SendAsync(request, cancel);
        return RegionIn(response);
    }

    /// <summary>It becomes a part of a host's name.</summary>
    public static string? RegionIn(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(Header, out var values) && values.ToString() is { Length: > 2 and < 64 } region && region.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? region : null;
}
