using System;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using S3Sync.Storage;

namespace S3Sync.Benchmarks;

/// <summary>Signing a request costs less than a tenth of sending it: the key's HMAC beside the library's, and a whole Authorization header.</summary>
[MemoryDiagnoser]
public class SigningBenchmarks
{
    readonly byte[] text = new byte[137], secret = new byte[32], hash = new byte[32];
    readonly SigningKey key = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null, "20130524", "us-east-1");
    readonly SignedHeader[] headers =
    [
        new("content-type", "application/octet-stream"), new("host", "bucket.s3.us-east-1.amazonaws.com"), new("if-none-match", "*"),
        new("x-amz-checksum-crc64nvme", "rosUhgyXmIg="), new("x-amz-content-sha256", SignatureV4.Unsigned), new("x-amz-date", "20130524T000000Z"),
    ];

    [Benchmark(Baseline = true)]
    public int HmacOfTheLibrary() => HMACSHA256.HashData(secret, text, hash);

    [Benchmark]
    public void HmacOfTheKey() => key.Sign(text, hash);

    [Benchmark]
    public string WholeHeader() => SignatureV4.Authorize(key, "PUT", "/out/2026/11/23/measurement-000001.csv", "", headers, SignatureV4.Unsigned, "20130524T000000Z");
}
