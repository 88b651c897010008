using System;
using System.IO;
using System.Net.Http;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// The role of this container.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
/// </summary>
static class BucketContainer
{
    const string Name = "the role of this container";
    const string Relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    const string Token = "AWS_CONTAINER_AUTHORIZATION_TOKEN", TokenFile = Token + "_FILE";
    const string OfEcs = "http://169.254.170.2";

    /// <summary>
    /// Null where nothing names an endpoint. Throws <see cref="BucketCredentialsException"/> where
    /// that may not be asked.
    /// </summary>
    public static BucketSource? Find(bool allowHttp)
    {
        var address = BucketSources.Variable(Relative) is { } path
            ? PlainHttp.Parse(OfEcs + (path.StartsWith('/') ? path : "/" + path), allowHttp, Relative)
            : BucketSources.Variable(Full) is { } named ? PlainHttp.Parse(named, allowHttp, Full) : null;
        return address is null ? null : new(Name, () => AskAsync(address));
    }

    static async Task<IssuedKeys> AskAsync(Uri address)
    {
        using var asking = new LocalKeys();
        var token = await TokenAsync();
        var text = await asking.AskAsync(HttpMethod.Get, address, token is null ? null : "Authorization", token);
        return LocalKeys.Parse(text, "Token") ?? throw new HttpRequestException($"{address.Authority} gave no keys");
    }

    /// <summary>Read each time: the file is renewed by others.</summary>
    static async Task<string?> TokenAsync()
    {
        var file = BucketSources.Variable(TokenFile);
        var token = (file is null ? BucketSources.Variable(Token) : await File.ReadAllTextAsync(file))?.Trim();
        return token is null || !token.AsSpan().ContainsAnyExceptInRange(' ', '~') ? token
            : throw new BucketCredentialsException(
                $"{Name}: its token holds what cannot stand in a header", $"see {Token}, or its file");
    }
}
