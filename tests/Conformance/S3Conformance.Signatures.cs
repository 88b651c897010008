using System;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace S3Sync.Tests.Conformance;

public abstract partial class S3Conformance
{
    [Fact]
    public async Task ARequestSignedWithTheSecretIsServed()
    {
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(100))));
        await AssertHolds("key", Bytes(100));
    }

    [Fact]
    public async Task AnotherSecretIsRefused()
    {
        Assert.Equal("403 SignatureDoesNotMatch", await OutcomeOf(Put("key", Bytes(100)) with { SecretKey = "another" }));
        await AssertNothing("key");
    }

    [Fact]
    public async Task AnUnknownAccessKeyIsRefused()
    {
        Assert.Equal("403 InvalidAccessKeyId", await OutcomeOf(Put("key", Bytes(100)) with { AccessKey = "unknown" }));
        await AssertNothing("key");
    }

    private protected virtual string AnotherRegion => "400 AuthorizationHeaderMalformed";

    [Fact]
    public async Task ASignatureForAnotherRegionIsRefused() => Assert.Equal(AnotherRegion, await OutcomeOf(Put("key", Bytes(100)) with { Region = "eu-west-7" }));

    [Fact]
    public async Task AnAnonymousRequestIsRefused()
    {
        Assert.Equal("403 AccessDenied", await OutcomeOf(Put("key", Bytes(100)) with { IsSigned = false }));
        await AssertNothing("key");
    }

    [Theory]
    [InlineData(-20, "403 RequestTimeTooSkewed")]
    [InlineData(20, "403 RequestTimeTooSkewed")]
    [InlineData(-10, "200")]
    [InlineData(10, "200")]
    public async Task AClockMayBeFifteenMinutesWrong(int minutes, string outcome) =>
        Assert.Equal(outcome, await OutcomeOf(Put("key", Bytes(100)) with { Time = DateTimeOffset.UtcNow.AddMinutes(minutes) }));

    [Fact]
    public async Task AHeaderChangedAfterSigningIsRefused()
    {
        var request = Put("key", Bytes(100)) with { Headers = new() { ["x-amz-meta-note"] = "signed" }, Afterwards = new() { ["x-amz-meta-note"] = "changed" } };
        Assert.Equal("403 SignatureDoesNotMatch", await OutcomeOf(request));
        await AssertNothing("key");
    }

    [Fact]
    public async Task SpacesAroundAndInsideAHeaderAreSignedAsOne()
    {
        var request = Put("key", []) with { Headers = new() { ["x-amz-meta-note"] = "a b" }, Afterwards = new() { ["x-amz-meta-note"] = "  a   b  " } };
        Assert.Equal("200", await OutcomeOf(request));
    }

    [Fact]
    public async Task APayloadHashOfOtherBytesIsRefused()
    {
        Assert.Equal("400 XAmzContentSHA256Mismatch", await OutcomeOf(Put("key", Bytes(100)) with { PayloadHash = SignedRequest.Hash(Bytes(100, seed: 2)) }));
        await AssertNothing("key");
    }

    [Fact]
    public async Task AnUnsignedPayloadIsTaken()
    {
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(100)) with { PayloadHash = SignedRequest.UnsignedPayload }));
        await AssertHolds("key", Bytes(100));
    }

    [Fact]
    public async Task APayloadSignedChunkByChunkIsTaken()
    {
        Assert.Equal("200", await OutcomeOf(Chunked("key", Bytes(150_000), 65536)));
        await AssertHolds("key", Bytes(150_000));
    }

    [Fact]
    public async Task AChunkThatIsNotWhatWasSignedIsRefused()
    {
        var request = Chunked("key", Bytes(150_000), 65536);
        request.Body[100_000] ^= 1;
        Assert.Equal("403 SignatureDoesNotMatch", await OutcomeOf(request));
        await AssertNothing("key");
    }

    /// <summary>STREAMING-AWS4-HMAC-SHA256-PAYLOAD, chunks of the given size.</summary>
    SignedRequest Chunked(string key, byte[] bytes, int chunk)
    {
        var nothing = SignedRequest.Hash([]);
        var request = Put(key, []) with
        {
            PayloadHash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            Headers = new() { ["x-amz-decoded-content-length"] = bytes.Length.ToString(), ["Content-Encoding"] = "aws-chunked" },
        };
        var (body, signature) = (new System.IO.MemoryStream(), request.Seed());
        for (var at = 0; at <= bytes.Length; at += chunk)
            Append(bytes[at..Math.Min(at + chunk, bytes.Length)]);
        if (bytes.Length % chunk != 0)
            Append([]);
        return request with { Body = body.ToArray() };

        void Append(byte[] piece)
        {
            signature = request.Sign($"{request.ChunkPrefix("PAYLOAD")}{signature}\n{nothing}\n{SignedRequest.Hash(piece)}");
            body.Write(Encoding.ASCII.GetBytes($"{piece.Length:x};chunk-signature={signature}\r\n"));
            body.Write(piece);
            body.Write("\r\n"u8);
        }
    }
}
