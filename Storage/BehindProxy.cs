using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// Sends requests through a proxy, and says of a failure that is the proxy's whose it is: else an answer of the proxy would be taken for S3's,
/// and a file would be blamed for it. Any thread.
/// </summary>
sealed class BehindProxy(HttpMessageHandler inner, EndpointProxy proxy) : DelegatingHandler(inner)
{
    // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html: what S3 answers has it.
    const string OfS3 = "x-amz-request-id";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (proxy.GetProxy(request.RequestUri!) is not { } at)
        {
            return await base.SendAsync(request, cancellationToken);
        }
        var isPlain = request.RequestUri!.Scheme == Uri.UriSchemeHttp;
        if (isPlain && proxy.Credentials?.GetCredential(at, "Basic") is { } login)
        {
            // At once: else each body would be sent twice, first to be refused.
            request.Headers.ProxyAuthorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.UserName}:{login.Password}")));
        }
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ProxyTunnelError or HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            // Of a tunnel only the message says what the proxy answered.
            var why = e.HttpRequestError == HttpRequestError.ProxyTunnelError ? e.Message : Unreached.Words(e).What;
            throw new ProxyException(e.HttpRequestError, $"the proxy {ProxyChoice.NameOf(at)} does not let us through: {why}");
        }
        if (response.StatusCode == HttpStatusCode.ProxyAuthenticationRequired)
        {
            response.Dispose();
            throw new ProxyException(HttpRequestError.ProxyTunnelError, $"the proxy {ProxyChoice.NameOf(at)} answered 407: it wants another user or password");
        }
        if (isPlain && response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout && !response.Headers.Contains(OfS3))
        {
            var status = (int)response.StatusCode;
            response.Dispose();
            throw new ProxyException(HttpRequestError.ProxyTunnelError, $"the proxy {ProxyChoice.NameOf(at)} answered {status}: it cannot reach the server");
        }
        return response;
    }
}

/// <summary>The proxy, and not the server, is why there is no answer. Its message is ours.</summary>
sealed class ProxyException(HttpRequestError error, string what) : HttpRequestException(error, what);
