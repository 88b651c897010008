using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Conformance;

/// <summary>
/// One request to an S3 server, signed by hand so that each thing about it can be made wrong. What is sent is what is written here:
/// no client tidies the path, adds a header or tries again.
/// </summary>
sealed record SignedRequest(string Url, string Method, string Bucket, string Key)
{
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>Never re-uses a name for two servers: they are told apart by their port.</summary>
    static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>The query, not encoded.</summary>
    public (string Name, string Value)[] Query { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>Further headers; those that begin with x-amz- and Content-MD5 are signed.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>x-amz-content-sha256; null for the hash of the body.</summary>
    public string? PayloadHash { get; init; }

    public DateTimeOffset Time { get; init; } = DateTimeOffset.UtcNow;

    public string AccessKey { get; init; } = TestCredentials.AccessKey;

    public string SecretKey { get; init; } = TestCredentials.SecretKey;

    public string Region { get; init; } = TestCredentials.Region;

    /// <summary>Headers set after signing: unsigned, or in place of what was signed.</summary>
    public Dictionary<string, string> Afterwards { get; init; } = [];

    /// <summary>False to send no Authorization at all.</summary>
    public bool IsSigned { get; init; } = true;

    string Target => $"/{Escape(Bucket)}{(Key.Length == 0 ? "" : "/" + string.Join('/', Key.Split('/').Select(Escape)))}";

    string QueryText => string.Join('&', Query.Select(pair => $"{Escape(pair.Name)}={Escape(pair.Value)}").Order(StringComparer.Ordinal));

    string Host => Headers.GetValueOrDefault("Host") ?? new Uri(Url).Authority;

    string Stamp => Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    string Scope => $"{Stamp[..8]}/{Region}/s3/aws4_request";

    public async Task<RawAnswer> Send(CancellationToken cancel)
    {
        var uri = new Uri($"{Url}{Target}{(Query.Length == 0 ? "" : "?" + QueryText)}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var message = new HttpRequestMessage(new(Method), uri);
        if (Body.Length > 0 || Method is "PUT" or "POST")
            message.Content = new ByteArrayContent(Body);
        message.Headers.Host = Host;
        foreach (var (name, value) in AllHeaders())
            if (name != "Host" && !message.Headers.TryAddWithoutValidation(name, value))
                message.Content!.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Client.SendAsync(message, cancel);
        var body = await answer.Content.ReadAsByteArrayAsync(cancel);
        return new((int)answer.StatusCode, answer.Headers.Concat(answer.Content.Headers).ToDictionary(pair => pair.Key.ToLowerInvariant(), pair => string.Join(',', pair.Value)), body);
    }

    /// <summary>
    /// Sends the head and only the first bytes of the body over a connection of its own, then ends as told.
    /// Returns what came back, empty where nothing did.
    /// </summary>
    public async Task<string> SendPart(int bytes, Ending ending, CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", new Uri(Url).Port, cancel);
        await socket.SendAsync(Head([.. AllHeaders(), new("Connection", "close"), new("Content-Length", Body.Length.ToString(CultureInfo.InvariantCulture))]), cancel);
        await socket.SendAsync(Body.AsMemory(0, bytes), cancel);
        if (ending == Ending.Reset)
        {
            socket.Close(timeout: 0);
            return "";
        }
        if (ending == Ending.HalfClosed)
            socket.Shutdown(SocketShutdown.Send);
        return await ReadAll(socket, cancel);
    }

    /// <summary>Sends the head as given, without Content-Length or body, and returns what came back.</summary>
    public async Task<string> SendWithoutLength(CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", new Uri(Url).Port, cancel);
        await socket.SendAsync(Head([.. AllHeaders(), new("Connection", "close")]), cancel);
        return await ReadAll(socket, cancel);
    }

    /// <summary>The signature of the request itself, on which the first chunk's builds.</summary>
    public string Seed() => Sign(StringToSign(SignedHeaders()));

    /// <summary>Signs any text with this request's key.</summary>
    public string Sign(string text)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + SecretKey);
        foreach (var step in Scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>What the signatures of chunks and trailer begin with.</summary>
    public string ChunkPrefix(string kind) => $"AWS4-HMAC-SHA256-{kind}\n{Stamp}\n{Scope}\n";

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    static string Escape(string text) => Uri.EscapeDataString(text);

    /// <summary>Everything until the connection ends, in order or by a reset.</summary>
    static async Task<string> ReadAll(Socket socket, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancel) is var read and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
        }
        return text.ToString();
    }

    byte[] Head(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var text = new StringBuilder($"{Method} {Target}{(Query.Length == 0 ? "" : "?" + QueryText)} HTTP/1.1\r\n");
        foreach (var (name, value) in headers)
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    Dictionary<string, string> AllHeaders()
    {
        var signed = SignedHeaders();
        var all = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in signed)
            all[name == "host" ? "Host" : name] = value;
        if (IsSigned)
            all["Authorization"] = $"AWS4-HMAC-SHA256 Credential={AccessKey}/{Scope}, SignedHeaders={string.Join(';', signed.Keys)}, Signature={Sign(StringToSign(signed))}";
        foreach (var (name, value) in Afterwards)
            all[name] = value;
        return all;
    }

    SortedDictionary<string, string> SignedHeaders()
    {
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = Host,
            ["x-amz-content-sha256"] = PayloadHash ?? Hash(Body),
            ["x-amz-date"] = Stamp,
        };
        foreach (var (name, value) in Headers)
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) || name.Equals("content-md5", StringComparison.OrdinalIgnoreCase))
                signed[name.ToLowerInvariant()] = value;
        return signed;
    }

    string StringToSign(SortedDictionary<string, string> signed)
    {
        var canonical = $"{Method}\n{Target}\n{QueryText}\n{string.Concat(signed.Select(pair => $"{pair.Key}:{pair.Value}\n"))}\n{string.Join(';', signed.Keys)}\n{signed["x-amz-content-sha256"]}";
        return $"AWS4-HMAC-SHA256\n{Stamp}\n{Scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
    }
}

/// <summary>How a client ends that has not sent all: it says so, crashes, or says nothing more.</summary>
enum Ending
{
    HalfClosed,
    Reset,
    Silent,
}
