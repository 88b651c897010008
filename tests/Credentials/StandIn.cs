using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using S3Sync.Tests.Support.S3;

namespace S3Sync.Tests.Credentials;

/// <summary>
/// Everything that gives out credentials, on one port of 127.0.0.1: STS, single sign-on with its tokens, the metadata service of a machine, the endpoint of a
/// container. It checks what it is asked as they do, records it, and what it gives out the S3 server knows. All members may be used from any thread.
/// </summary>
sealed class StandIn : IHttpApplication<HttpContext>, IAsyncDisposable
{
    public const string Role = "arn:aws:iam::111122223333:role/uploader", Middle = "arn:aws:iam::111122223333:role/middle";
    public const string ExternalId = "tenant-7", IdentityToken = "header.claims.signature", ContainerToken = "Bearer of-this-container", MachineRole = "machine-role";
    public const string Account = "111122223333", SignOnRole = "Uploads", ClientId = "client-1", ClientSecret = "client-secret-0000000000";
    const string MetadataToken = "metadata-token-1", RolesPath = "/latest/meta-data/iam/security-credentials/";

    readonly KeyRing keys;
    readonly SignatureV4 signatures;
    readonly ConcurrentQueue<Asked> requests = new();
    readonly ConcurrentBag<string> secrets = [];
    KestrelServer? kestrel;
    int issued;

    StandIn(KeyRing keys) => (this.keys, signatures) = (keys, new(new() { Keys = keys }));

    public string Url { get; private set; } = "";

    /// <summary>How long keys last.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>With what status and code STS answers whoever asks for a role; null to give it.</summary>
    public (int Status, string Code)? Refusal { get; set; }

    /// <summary>The host it sends everybody to; null for none.</summary>
    public string? Elsewhere { get; set; }

    /// <summary>True if no answer ever ends.</summary>
    public bool IsEndless { get; set; }

    /// <summary>False for a metadata service of version 1, which gives no tokens.</summary>
    public bool HasMetadataTokens { get; set; } = true;

    /// <summary>The token that the portal accepts.</summary>
    public string Access { get; set; } = "access-token-1";

    /// <summary>What the token service takes for a new token; null for nothing.</summary>
    public string? Refresh { get; set; } = "refresh-token-1";

    /// <summary>Every request so far, in order.</summary>
    public Asked[] Requests => [.. requests];

    /// <summary>What must never be said: everything secret it gave out.</summary>
    public IEnumerable<string> Secrets => [.. secrets];

    public static async Task<StandIn> Start(KeyRing keys)
    {
        var server = new StandIn(keys);
        var settings = new KestrelServerOptions { AddServerHeader = false };
        settings.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        server.kestrel = new(Options.Create(settings), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        await server.kestrel.StartAsync(server, CancellationToken.None);
        server.Url = server.kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    /// <summary>New keys, which the S3 server knows from now on.</summary>
    public IssuedKey Issue()
    {
        var key = new IssuedKey($"ASIA{Interlocked.Increment(ref issued):d4}", "issued-" + Guid.NewGuid().ToString("n"), "session-" + Guid.NewGuid().ToString("n"), DateTimeOffset.UtcNow + Lifetime);
        keys.Add(key.Access, key.Secret, key.Token, key.Until);
        secrets.Add(key.Secret);
        secrets.Add(key.Token);
        return key;
    }

    public async ValueTask DisposeAsync()
    {
        await kestrel!.StopAsync(new(canceled: true));
        kestrel.Dispose();
    }

    public HttpContext CreateContext(IFeatureCollection features) => new DefaultHttpContext(features);

    public void DisposeContext(HttpContext context, Exception? exception) { }

    public async Task ProcessRequestAsync(HttpContext http)
    {
        var request = http.Request;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var fields = FieldsOf(request, Encoding.UTF8.GetString(body.ToArray()));
        var what = request.Method == "POST" && request.Path == "/" ? fields.GetValueOrDefault("Action", "") : $"{request.Method} {request.Path}";
        var signer = "";
        Reply reply;
        try
        {
            signer = SignerOf(http, body.ToArray());
            reply = Answer(request, what, fields);
        }
        catch (S3Error e)
        {
            reply = Error(e.Status, e.Code);
        }
        requests.Enqueue(new(what, signer, fields, Elsewhere is null ? reply.Status : 307));
        if (Elsewhere is { } other)
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = other + request.Path;
            return;
        }
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.Body.StartsWith('<') ? "text/xml" : "application/json";
        await http.Response.WriteAsync(reply.Body);
        for (var blanks = new string(' ', 4096); IsEndless && !http.RequestAborted.IsCancellationRequested;)
            await http.Response.WriteAsync(blanks, http.RequestAborted);
    }

    Reply Answer(HttpRequest request, string what, Dictionary<string, string> fields) => what switch
    {
        "AssumeRole" or "AssumeRoleWithWebIdentity" => Assume(request, what, fields),
        "GetCallerIdentity" => new(200, $"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{Role}</Arn><UserId>AROA1</UserId><Account>{Account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"),
        "PUT /latest/api/token" when !HasMetadataTokens => new(404, ""),
        "PUT /latest/api/token" => request.Headers.ContainsKey("X-aws-ec2-metadata-token-ttl-seconds") ? new(200, MetadataToken) : new(400, ""),
        "GET /federation/credentials" => SignOn(request, fields),
        "POST /token" => Renew(fields),
        "GET /container" => request.Headers.Authorization == ContainerToken ? new(200, Json(Issue(), isMachine: false)) : new(401, "{}"),
        // Version 1 of the service asks without a token.
        _ when what.StartsWith("GET /latest/", StringComparison.Ordinal) && request.Headers["X-aws-ec2-metadata-token"] != MetadataToken => new(401, ""),
        "GET /latest/meta-data/iam/info" => new(200, """{ "Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "InstanceProfileArn": "arn", "InstanceProfileId": "AIPA1" }"""),
        $"GET {RolesPath}" => new(200, MachineRole),
        $"GET {RolesPath}{MachineRole}" => new(200, Json(Issue(), isMachine: true)),
        _ => new(404, ""),
    };

    Reply Assume(HttpRequest request, string action, Dictionary<string, string> fields)
    {
        if (Refusal is { } refusal)
            return Error(refusal.Status, refusal.Code);
        var isSigned = request.Headers.Authorization.Count > 0;
        var isAllowed = action == "AssumeRole"
            ? isSigned && (fields.GetValueOrDefault("RoleArn") == Middle || fields.GetValueOrDefault("RoleArn") == Role && fields.GetValueOrDefault("ExternalId") == ExternalId)
            : !isSigned && fields.GetValueOrDefault("RoleArn") == Role && fields.GetValueOrDefault("WebIdentityToken") == IdentityToken;
        if (!isAllowed || fields.GetValueOrDefault("RoleSessionName", "").Length < 2)
            return Error(403, "AccessDenied");
        var key = Issue();
        return new(200, $"""
            <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><AssumedRoleUser><AssumedRoleId>AROA1:s</AssumedRoleId><Arn>{fields["RoleArn"]}</Arn></AssumedRoleUser>
            <Credentials><AccessKeyId>{key.Access}</AccessKeyId><SecretAccessKey>{key.Secret}</SecretAccessKey><SessionToken>{key.Token}</SessionToken><Expiration>{key.End}</Expiration></Credentials>
            </{action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>
            """);
    }

    Reply SignOn(HttpRequest request, Dictionary<string, string> fields)
    {
        if (request.Headers["x-amz-sso_bearer_token"] != Access)
            return new(401, """{"message":"Session token not found or invalid"}""");
        if (fields.GetValueOrDefault("role_name") != SignOnRole || fields.GetValueOrDefault("account_id") != Account)
            return new(403, """{"message":"No access"}""");
        var key = Issue();
        return new(200, $$"""{"roleCredentials":{"accessKeyId":"{{key.Access}}","secretAccessKey":"{{key.Secret}}","sessionToken":"{{key.Token}}","expiration":{{key.Until.ToUnixTimeMilliseconds()}} } }""");
    }

    Reply Renew(Dictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("grantType") != "refresh_token" || fields.GetValueOrDefault("clientId") != ClientId || fields.GetValueOrDefault("clientSecret") != ClientSecret)
            return new(401, """{"error":"invalid_client"}""");
        if (Refresh is null || fields.GetValueOrDefault("refreshToken") != Refresh)
            return new(400, """{"error":"invalid_grant"}""");
        (Access, Refresh) = ("access-" + Guid.NewGuid().ToString("n"), "refresh-" + Guid.NewGuid().ToString("n"));
        secrets.Add(Access);
        secrets.Add(Refresh);
        return new(200, $$"""{"accessToken":"{{Access}}","expiresIn":3600,"refreshToken":"{{Refresh}}","tokenType":"Bearer"}""");
    }

    /// <summary>As a machine tells its keys, or a container.</summary>
    static string Json(IssuedKey key, bool isMachine)
    {
        var more = isMachine ? "\"Code\":\"Success\",\"LastUpdated\":\"2026-01-01T00:00:00Z\",\"Type\":\"AWS-HMAC\"" : "\"RoleArn\":\"arn\"";
        return $$"""{ {{more}}, "AccessKeyId":"{{key.Access}}", "SecretAccessKey":"{{key.Secret}}", "Token":"{{key.Token}}", "Expiration":"{{key.End}}" }""";
    }

    static Reply Error(int status, string code) =>
        new(status, $"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>{code}</Code><Message>because</Message></Error><RequestId>1</RequestId></ErrorResponse>""");

    /// <summary>Who signed it, after the signature and the body's hash were verified.</summary>
    string SignerOf(HttpContext http, byte[] body)
    {
        if (http.Request.Path != "/" || http.Request.Headers.Authorization.ToString() is not { Length: > 0 } header)
            return "";
        var target = S3Target.Parse(http.Features.Get<IHttpRequestFeature>()!.RawTarget, http.Request.Headers.Host.ToString());
        if (signatures.Verify(http.Request, target, "sts").PayloadHash != Convert.ToHexStringLower(SHA256.HashData(body)))
            throw SignatureV4.Wrong();
        return S3Sync.Tests.Support.S3.Authorization.Parse(header, "sts").AccessKey;
    }

    static Dictionary<string, string> FieldsOf(HttpRequest request, string body)
    {
        if (body.StartsWith('{'))
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.ToString());
        }
        var pairs = QueryHelpers.ParseQuery(body.Length > 0 ? body : request.QueryString.Value);
        return pairs.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    readonly record struct Reply(int Status, string Body);
}
