using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// Sees to it that an attempt whose connection failed is not sent again unseen: the SDK does that some ten times, whatever MaxErrorRetry says
/// (AWSSDK.S3 4.0.104), and the second would meet the object of the first (412). Any thread.
/// </summary>
sealed class BucketSender(HttpMessageHandler inner, BucketRequests requests) : DelegatingHandler(inner)
{
    static readonly AsyncLocal<Attempt?> current = new();

    /// <summary>What became of one attempt's request.</summary>
    public sealed class Attempt
    {
        internal bool IsOver;

        /// <summary>Why it failed; null where its connection was lost in the middle of the answer, or not at all.</summary>
        public Exception? Failure { get; internal set; }

        /// <summary>True if the SDK wanted to send it once more.</summary>
        public bool WasRepeated { get; internal set; }
    }

    /// <summary>Begins an attempt: what is sent from here on in this flow of control belongs to it.</summary>
    public static Attempt Begin() => current.Value = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (current.Value is not { } attempt)
        {
            return await CountAsync(request, cancellationToken);
        }
        if (attempt.IsOver)
        {
            attempt.WasRepeated = true;
            throw new OperationCanceledException("one attempt is one request");
        }
        try
        {
            var response = await CountAsync(request, cancellationToken);
            // What says that it worked may only be asked again because its body did not arrive. After other answers the SDK is right to ask elsewhere.
            attempt.IsOver = response.IsSuccessStatusCode;
            return response;
        }
        catch (Exception e)
        {
            (attempt.IsOver, attempt.Failure) = (true, e);
            throw;
        }
    }

    async Task<HttpResponseMessage> CountAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var kind = BucketRequests.KindOf(request);
        requests.Sent(kind);
        try
        {
            var response = await base.SendAsync(request, cancel);
            if (BucketRequests.IsFailure((int)response.StatusCode))
            {
                requests.Failed(kind);
            }
            return response;
        }
        catch (Exception) when (requests.Failed(kind))
        {
            throw;
        }
    }
}
