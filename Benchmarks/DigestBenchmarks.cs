using System;
using System.IO.Hashing;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using S3Sync.Storage;

namespace S3Sync.Benchmarks;

/// <summary>
/// Claim: proving an upload costs next to nothing beside sending it, and allocates nothing. A small file and a part; the obvious way is the
/// Content-MD5 that every server verifies.
/// </summary>
[MemoryDiagnoser]
public class DigestBenchmarks
{
    byte[] _data = [];

    /// <summary>Bytes in the body.</summary>
    [Params(4 * 1024, 8 * 1024 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _data = new byte[Size];
        new Random(1).NextBytes(_data);
    }

    [Benchmark(Baseline = true)]
    public byte[] Md5AsIs() => MD5.HashData(_data);

    [Benchmark]
    public long Md5Digest() => Digest.Of(ChecksumKind.Md5, _data).Length;

    [Benchmark]
    public ulong Crc64NvmeDigest() => Digest.Of(ChecksumKind.Crc64Nvme, _data).Crc;

    [Benchmark]
    public ulong Crc64NvmeByTable() => Crc64Nvme.Engine.AppendByTable(0, _data);

    [Benchmark]
    public ulong Crc32CDigest() => Digest.Of(ChecksumKind.Crc32C, _data).Crc;

    [Benchmark]
    public uint Crc32OfTheLibrary() => Crc32.HashToUInt32(_data);

    [Benchmark]
    public ulong Crc64NvmeCombine() => Crc64Nvme.Combine(1, 2, Size);
}
