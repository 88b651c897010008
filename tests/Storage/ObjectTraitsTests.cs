using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>From wishes to headers.</summary>
public sealed class ObjectTraitsTests
{
    /// <summary>2026-11-23 22:30:05.1234567 UTC.</summary>
    const long Modified = 1_795_473_005_123_456_700;

    [Fact]
    public void NothingButATypeIsGivenWhereNothingIsWished()
    {
        var headers = new ObjectTraits(new()).Of("/in/a.csv", Modified, 5);
        Assert.Equal("application/octet-stream", headers.ContentType);
        Assert.Empty(headers.More);
    }

    [Fact]
    public void EveryWishIsAHeader() => Assert.Equal(
        [
            "cache-control: no-cache",
            "x-amz-acl: public-read",
            "x-amz-meta-origin: here",
            "x-amz-server-side-encryption: aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id: key",
            "x-amz-server-side-encryption-bucket-key-enabled: true",
            "x-amz-server-side-encryption-context: e30=",
            "x-amz-storage-class: GLACIER_IR",
            "x-amz-tagging: a=1&b%20%C3%A9=%2B%2F%26",
        ], Shown(new()
        {
            StorageClass = "GLACIER_IR",
            Encryption = "aws:kms",
            KmsKey = "key",
            KmsContext = "e30=",
            BucketKey = true,
            Acl = "public-read",
            CacheControl = "no-cache",
            Tags = [("a", "1"), ("b é", "+/&")],
            Metadata = [("origin", "here")],
        }));

    [Fact]
    public void WhatIsTheSameForAllFilesIsMadeOnce()
    {
        var traits = new ObjectTraits(new() { Tags = [("a", "1")], Metadata = [("b", "2")], ContentTypes = new Dictionary<string, string> { [".csv"] = "text/csv" } });
        Assert.Same(traits.Of("/in/a.csv", 1, 1), traits.Of("/in/b.CSV", 2, 2));
        Assert.Same(traits.Of("/in/a", 1, 1), traits.Of("/in/csv", 2, 2));
        Assert.Same(traits.Of("/in/a", 1, 1).More, traits.Of("/in/a.csv", 2, 2).More);
    }

    [Fact]
    public void FactsAreThoseOfTheFile() => Assert.Equal(
        ["x-amz-meta-mtime: 1795473005.1234567", "x-amz-meta-source-path: /in/a.csv", "x-amz-meta-source-size: 5"], Shown(new() { FileFacts = true }));

    [Fact]
    public void WordsStandForTheDayOfTheFile() => Assert.Equal(
        ["x-amz-meta-day: 2026-11-23 of 2026", "x-amz-meta-same: {MM", "x-amz-tagging: year=2026&month=11"],
        Shown(new() { Tags = [("year", "{yyyy}"), ("month", "{MM}")], Metadata = [("day", "{yyyy}-{MM}-{dd} of {yyyy}"), ("same", "{MM")] }));

    // rclone's own examples, and the ends of what there is.
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.000000001")]
    [InlineData(10_000_000_000, "10")]
    [InlineData(1_354_040_105_123_456_789, "1354040105.123456789")]
    [InlineData(1_354_040_105_120_000_000, "1354040105.12")]
    [InlineData(-1, "-0.000000001")]
    [InlineData(-1_500_000_000, "-1.5")]
    [InlineData(long.MaxValue, "9223372036.854775807")]
    [InlineData(long.MinValue, "-9223372036.854775808")]
    public void TimesAreWrittenAsRcloneWritesThem(long nanoseconds, string expected) => Assert.Equal(expected, ObjectTraits.Seconds(nanoseconds));

    [Theory]
    [InlineData("/in/a.txt", "text/plain")]
    [InlineData("/in/A.TXT", "text/plain")]
    [InlineData("/in/a.tar.gz", "application/gzip")]
    [InlineData("/in.txt/a", "application/x-rest")]
    [InlineData("/in/.txt", "text/plain")]
    [InlineData("/in/a.", "application/x-rest")]
    [InlineData("/in/a.unheard-of", "application/x-rest")]
    public void TheTypeFollowsTheExtension(string path, string expected) =>
        Assert.Equal(expected, new ObjectTraits(new() { ContentType = "application/x-rest", ContentTypes = ContentTypes.ByExtension }).Of(path, 0, 0).ContentType);

    [Fact]
    public void EveryKnownTypeIsAType() => Assert.All(ContentTypes.ByExtension, pair =>
    {
        Assert.Matches(@"^\.[a-z0-9]+$", pair.Key);
        Assert.Matches(@"^[a-z]+/[a-z0-9.+-]+$", pair.Value);
    });

    [Fact]
    public void APathThatMetadataHasNoRoomForIsLeftOut()
    {
        var room = ObjectTraits.MostMetadata - ObjectTraits.FactBytes - "source-path".Length;
        Assert.Contains(Of(room), header => header.Name == "x-amz-meta-source-path");
        Assert.Equal(["x-amz-meta-mtime", "x-amz-meta-source-size"], Of(room + 1).Select(header => header.Name));
        static SignedHeader[] Of(int length) => new ObjectTraits(new() { FileFacts = true }).Of("/" + new string('x', length - 1), Modified, long.MaxValue).More;
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("é", "=?UTF-8?B?w6k=?=")]
    [InlineData("two  spaces", "=?UTF-8?B?dHdvICBzcGFjZXM=?=")]
    [InlineData(" a", "=?UTF-8?B?IGE=?=")]
    [InlineData("line\r\nx-amz-acl: public-read", "=?UTF-8?B?bGluZQ0KeC1hbXotYWNsOiBwdWJsaWMtcmVhZA==?=")]
    [InlineData("=?UTF-8?B?w6k=?=", "=?UTF-8?B?PT9VVEYtOD9CP3c2az0/PQ==?=")]
    public void AValueThatNoHeaderCanCarryIsEncoded(string value, string expected) => Assert.Equal(expected, HeaderText.Of(value));

    [Fact]
    public void AnyValueComesBackAndEveryWordIsShort() => Gen.String.Where(text => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar)).Sample(value =>
    {
        var sent = HeaderText.Of(value);
        Assert.DoesNotContain(sent, c => c is < ' ' or > '~');
        Assert.DoesNotContain("  ", sent, StringComparison.Ordinal);
        Assert.Equal(value, Decoded(sent));
    }, iter: 2000, threads: 1);

    /// <summary>As RFC 2047 has it: words by themselves, the spaces between them not counting.</summary>
    static string Decoded(string sent)
    {
        if (!sent.Contains("=?", StringComparison.Ordinal))
            return sent;
        return string.Concat(sent.Split(' ').Select(word =>
        {
            Assert.InRange(word.Length, 12, 75);
            Assert.True(word.StartsWith("=?UTF-8?B?", StringComparison.Ordinal) && word.EndsWith("?=", StringComparison.Ordinal), word);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(word[10..^2]));
        }));
    }

    static IEnumerable<string> Shown(ObjectWishes wishes) =>
        new ObjectTraits(wishes).Of("/in/a.csv", Modified, 5).More.OrderBy(header => header.Name, StringComparer.Ordinal).Select(header => $"{header.Name}: {header.Value}");
}
