using System;
using System.Linq;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The examples AWS publishes: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Examples: Signature calculations".</summary>
public sealed class SignatureV4Tests
{
    const string Time = "20130524T000000Z";

    static readonly SigningKey Key = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null, "20130524", "us-east-1");

    [Theory]
    [InlineData("GET", "/test.txt", "", "range=bytes=0-9", SignatureV4.EmptyHash, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("PUT", "/test%24file.text", "", "date=Fri, 24 May 2013 00:00:00 GMT|x-amz-storage-class=REDUCED_REDUNDANCY", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")]
    [InlineData("GET", "/", "lifecycle=", "", SignatureV4.EmptyHash, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("GET", "/", "max-keys=2&prefix=J", "", SignatureV4.EmptyHash, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void ARequestIsSignedAsAwsShowsIt(string method, string path, string query, string further, string payload, string signature)
    {
        var headers = further.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(pair => new SignedHeader(pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..]))
            .Concat([new("host", "examplebucket.s3.amazonaws.com"), new("x-amz-content-sha256", payload), new("x-amz-date", Time)])
            .OrderBy(header => header.Name, StringComparer.Ordinal).ToArray();
        var names = string.Join(';', headers.Select(header => header.Name));
        Assert.Equal($"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders={names}, Signature={signature}",
            SignatureV4.Authorize(Key, method, path, query, headers, payload, Time));
    }

    [Theory]
    [InlineData("test$file.text", "test%24file.text")]
    [InlineData("a/b c+d%2F~_-.", "a/b%20c%2Bd%252F~_-.")]
    [InlineData("é日🦊", "%C3%A9%E6%97%A5%F0%9F%A6%8A")]
    [InlineData("", "")]
    [InlineData("\0\n\u007f", "%00%0A%7F")]
    public void AKeyIsEncodedAsItIsSigned(string key, string encoded) => Assert.Equal(encoded, UriText.OfPath(key));

    [Fact]
    public void InAValueTheSlashIsEncodedToo() => Assert.Equal("a%2Fb%3D%26", UriText.OfValue("a/b=&"));

    [Fact]
    public void AKeyOfAnotherDayRegionOrSecretSignsOtherwise()
    {
        var signatures = new[] { Key, new("A", "other", null, "20130524", "us-east-1"), new("A", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null, "20130525", "us-east-1"), new("A", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null, "20130524", "eu-west-1") }
            .Select(key =>
            {
                var signature = new byte[32];
                key.Sign("text"u8, signature);
                return Convert.ToHexString(signature);
            });
        Assert.Equal(4, signatures.Distinct().Count());
    }
}
