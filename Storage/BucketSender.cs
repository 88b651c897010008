using System;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// Stands between the SDK and the connections. An attempt whose connection failed is not sent again
/// unseen: the SDK does that some ten times, whatever
/// MaxErrorRetry says (AWSSDK.S3 4.0.104), and the second would meet the object of the first (412).
/// An answer that is no success ends here: the SDK would send
/// the request, signature and body to the host that a 307 names (RedirectHandler of AWSSDK.Core).
/// And what it parses has a limit. Any thread.
/// </summary>
sealed class BucketSender(HttpMessageHandler inner, BucketConnections connections) : DelegatingHandler(inner)
{
    static readonly AsyncLocal<Attempt?> current = new();

    /// <summary>What became of one attempt's request.</summary>
    public sealed class Attempt
    {
        internal bool IsOver;

        /// <summary>
        /// True for an object that is read: the reader knows how long it may be.
        /// </summary>
        internal bool IsStream { get; init; }

        /// <summary>
        /// Called whenever some of the answer arrives; null where the whole of it has one limit.
        /// </summary>
        public Action? Heard { get; set; }

        /// <summary>The answer to HEAD, without a body; null before it is there.</summary>
        public HttpResponseMessage? Head { get; internal set; }

        /// <summary>Why it failed; null where its connection was lost in the middle of the answer, or not at all.</summary>
        public Exception? Failure { get; internal set; }

        /// <summary>True if the SDK wanted to send it once more.</summary>
        public bool WasRepeated { get; internal set; }
    }

    /// <summary>Begins an attempt: what is sent from here on in this flow of control belongs to it.</summary>
    public static Attempt Begin(bool isStream = false) => current.Value = new() { IsStream = isStream };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        PlainHttp.Refuse(request.RequestUri!, connections.AllowHttp);
        if (current.Value is not { } attempt)
        {
            return await CountAsync(request, null, cancellationToken);
        }
        if (attempt.IsOver)
        {
            attempt.WasRepeated = true;
            throw new OperationCanceledException("one attempt is one request");
        }
        attempt.IsOver = true;
        try
        {
            return await CountAsync(request, attempt, cancellationToken);
        }
        catch (Exception e)
        {
            attempt.Failure = e;
            throw;
        }
    }

    static bool IsFailure(Exception e) =>
        // An error behind the status 200 says: try again, more often than not.
        e is not BucketAnswerException answer || (int)answer.StatusCode < 300 || BucketRequests.IsFailure((int)answer.StatusCode);

    async Task<HttpResponseMessage> CountAsync(HttpRequestMessage request, Attempt? attempt, CancellationToken cancel)
    {
        var kind = BucketRequests.KindOf(request);
        connections.Requests.Sent(kind);
        try
        {
            return await TakeAsync(await base.SendAsync(request, cancel), request, kind, attempt, cancel);
        }
        catch (Exception e) when (IsFailure(e) && connections.Requests.Failed(kind))
        {
            throw;
        }
    }

    /// <summary>
    /// The answer with all of its body in memory, and fit to be parsed; what is no success is
    /// thrown.
    /// </summary>
    static async Task<HttpResponseMessage> TakeAsync(
        HttpResponseMessage response, HttpRequestMessage request, RequestKind kind, Attempt? attempt,
        CancellationToken cancel)
    {
        try
        {
            var isObject = attempt is { IsStream: true } || request.Method == HttpMethod.Head;
            if (!response.IsSuccessStatusCode || ((isObject || request.Method == HttpMethod.Put) && Evidence.IsForeign(response)))
            {
                throw await BucketAnswer.ErrorAsync(response, cancel);
            }
            if (request.Method == HttpMethod.Get)
            {
                // The SDK takes each ETag of 32 characters for the MD5 of what follows, and fails where it is none (AWSSDK.S3 4.0.104).
                response.Headers.Remove("ETag");
            }
            if (isObject)
            {
                if (attempt is not null)
                {
                    attempt.Head = response;
                }
                return response;
            }
            attempt?.Heard?.Invoke();
            var most = request.Method == HttpMethod.Get ? AnswerLimits.List : AnswerLimits.Short;
            var bytes = AnswerLimits.FromFirst(
                await AnswerLimits.ReadAsync(response.Content, most, cancel, attempt?.Heard));
            if (Evidence.IsForeign(response, bytes, isOfS3: attempt is not null))
            {
                throw Evidence.Read(response, Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, Evidence.Beginning))));
            }
            AnswerLimits.CheckXml(bytes);
            var root = AnswerLimits.RootOf(bytes);
            if (root == "Error")
            {
                throw Evidence.Read(response, Encoding.UTF8.GetString(bytes));
            }
            AnswerLimits.CheckRoot(root, kind, request.RequestUri!.Query);
            var body = new ByteArrayContent(bytes);
            foreach (var (name, values) in response.Content.Headers.NonValidated)
            {
                if (name != "Content-Length")
                {
                    body.Headers.TryAddWithoutValidation(name, values);
                }
            }
            (response.Content, var wire) = (body, response.Content);
            wire.Dispose();
            return response;
        }
        catch (Exception)
        {
            response.Dispose();
            throw;
        }
    }
}
