using System;
using System.Globalization;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// A service beside this machine or container that gives out keys: asked without a proxy, never
/// followed elsewhere, and its answer has a limit. Written here,
/// as the SDK's own way follows redirects and reads answers of any length. One use; belongs to who
/// asks.
/// </summary>
sealed class LocalKeys : IDisposable
{
    const DateTimeStyles Utc = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal;

    // Link-local: it answers in milliseconds, or is not there.
    static readonly TimeSpan ToConnect = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(10);

    readonly CancellationTokenSource limit = new(Patience);
    readonly HttpMessageInvoker sender = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = ToConnect,
        MaxResponseHeadersLength = AnswerLimits.HeadersKib,
    });

    /// <summary>
    /// The body of a success. Throws as <see cref="HttpMessageInvoker"/> does, and for any other
    /// answer, with its status.
    /// </summary>
    public async Task<byte[]> AskAsync(HttpMethod method, Uri address, string? header, string? value)
    {
        using var request = new HttpRequestMessage(method, address);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
        using var response = await sender.SendAsync(request, limit.Token);
        if (response.IsSuccessStatusCode)
        {
            return await AnswerLimits.ReadAsync(response.Content, AnswerLimits.Short, limit.Token);
        }
        var to = response.Headers.NonValidated.TryGetValues("Location", out var location)
            ? $" and sends us to {location}, which is never followed"
            : "";
        var said = $"{address.GetLeftPart(UriPartial.Authority)} answered {(int)response.StatusCode}{to}";
        throw new HttpRequestException(said, null, response.StatusCode);
    }

    public void Dispose()
    {
        sender.Dispose();
        limit.Dispose();
    }

    /// <summary>
    /// Keys as these services and processes state them: AccessKeyId, SecretAccessKey, a token, and
    /// Expiration where they have an end. Null where they do not.
    /// </summary>
    /// <param name="token">Its name: Token, or SessionToken.</param>
    public static IssuedKeys? Parse(byte[] text, string token)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var access = BucketSignOnCache.Text(root, "AccessKeyId");
            var secret = BucketSignOnCache.Text(root, "SecretAccessKey");
            var end = BucketSignOnCache.Text(root, "Expiration");
            DateTime? until = end is null ? null : DateTime.Parse(end, CultureInfo.InvariantCulture, Utc);
            return access is null || secret is null
                ? null
                : new(new(access, secret, BucketSignOnCache.Text(root, token)), until);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// The text without blanks around it; null where something in it cannot stand in a header or a
    /// path.
    /// </summary>
    public static string? Word(byte[] text)
    {
        var word = Encoding.UTF8.GetString(text).Trim();
        return word.Length > 0 && !word.AsSpan().ContainsAnyExceptInRange('!', '~') ? word : null;
    }
}
