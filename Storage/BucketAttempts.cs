using System;
using System.IO;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>One attempt of a request, by our own way or the SDK's: whatever becomes of it is a reply.</summary>
sealed partial class Bucket
{
    async ValueTask<BucketSdk> SdkOfAsync(string bucket, CancellationToken limit) =>
        new(regions.IsGuess ? await regions.FindClientAsync(bucket, limit) : regions.ClientOf(bucket), options.Checksum, options.Owner, customer);

    Task<Reply> HeadBySdkAsync(string bucket, string key, ChecksumKind kind, CancellationToken cancel) =>
        AskAsync(bucket, 0, cancel, (sdk, limit) => sdk.HeadAsync(bucket, key, limit, kind));

    // A method of its own, so that what the lambda captures is not made for every file.
    Task<Reply> PutBySdkAsync(string bucket, string key, ReadOnlyMemory<byte> body, Digest digest, bool onlyIfNew, CancellationToken cancel, ObjectHeaders? headers) =>
        AskAsync(bucket, body.Length, cancel, (sdk, limit) =>
            sdk.PutAsync(bucket, key, body, digest, onlyIfNew, limit, headers));

    /// <summary>One attempt of our own within its time limit, with every way to fail turned into a reply. Null where only the SDK can ask.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<Reply?> AskAsync(string bucket, WireRequest request, CancellationToken cancel)
    {
        try
        {
            var length = request.Body?.Length ?? 0;
            await throttle.WaitAsync(length, cancel);
            using var limit = limits.Begin(length, cancel);
            if (regions.PlaceOf(bucket) is not { } place)
            {
                return null;
            }
            FailPoint.Reach("request.begun");
            var asked = wire.SendAsync(bucket, place, request, limit.Token);
            FailPoint.Reach("request.sent");
            var reply = await asked;
            FailPoint.Reach("request.answered");
            chain?.Note(reply.Fault);
            return reply;
        }
        catch (Exception e)
        {
            return BucketFaults.Of(e, cancel.IsCancellationRequested, HostOf(bucket));
        }
    }

    /// <summary>
    /// One attempt of the SDK's within its time limit, with every way to fail turned into a reply;
    /// a second only where S3 says that the bucket is in
    /// another region, at an address made here.
    /// </summary>
    /// <param name="longest">Of an answer that may take long while some of it arrives: how long in all.</param>
    async Task<Reply> AskAsync(
        string bucket, long length, CancellationToken cancel, Func<BucketSdk, CancellationToken, Task<Reply>> attempt,
        TimeSpan? longest = null, bool isStream = false)
    {
        for (var isAgain = false; ; isAgain = true)
        {
            var sent = BucketSender.Begin(isStream);
            try
            {
                await throttle.WaitAsync(length, cancel);
                using var limit = limits.Begin(length, cancel);
                sent.Heard = longest is { } most ? limit.RenewedFor(most) : null;
                var sdk = await SdkOfAsync(bucket, limit.Token);
                FailPoint.Reach("request.begun");
                var asked = attempt(sdk, limit.Token);
                FailPoint.Reach("request.sent");
                var reply = await asked;
                FailPoint.Reach("request.answered");
                return AnswerLimits.Check(reply) with { Size = sent.Head?.Content.Headers.ContentLength };
            }
            catch (BucketAnswerException e)
            {
                if (isAgain || !await HasMovedAsync(bucket, e, cancel))
                {
                    return Failed(bucket, e, cancel);
                }
            }
            catch (Exception e)
            {
                var failure = sent.WasRepeated ? sent.Failure : e;
                return failure is null ? new(Fault.Unreachable, "the answer broke off")
                    : longest is { } most && Unreached.IsLate(failure) && !cancel.IsCancellationRequested ? limits.Late(most)
                    : Failed(bucket, failure, cancel);
            }
        }
    }

    async Task<bool> HasMovedAsync(string bucket, BucketAnswerException answer, CancellationToken cancel)
    {
        try
        {
            using var limit = limits.Begin(0, cancel);
            return await regions.HasMovedAsync(bucket, answer, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    Reply Failed(string bucket, Exception failure, CancellationToken cancel)
    {
        var reply = BucketFaults.Of(failure, cancel.IsCancellationRequested, HostOf(bucket));
        // Not where there were no credentials to ask with.
        if (failure is AmazonServiceException)
        {
            chain?.Note(reply.Fault);
        }
        return reply;
    }

    /// <summary>Who does not answer.</summary>
    string HostOf(string bucket) => regions.PlaceOf(bucket) is { } place ? place.Host : Endpoint;
}
