using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using S3Sync.Storage;

namespace S3Sync.Benchmarks;

/// <summary>
/// The floor: every file below a directory is read, digested, signed, put on one of so many kept connections, and unlinked. It remembers nothing, proves
/// nothing and asks nobody; whatever s3sync costs more is what its promises cost. Files above <see cref="PartBytes"/>
/// go in parts, as they do there,
/// so many of them at once that a line's latency does not matter. No connection has a thread, so that hundreds of them
/// wait for nothing.
/// </summary>
/// <param name="careful">Has the server do what s3sync has a server other than AWS do: verify an MD5, and refuse to replace an object. That costs the server. For files of one part.</param>
sealed partial class RawLoop(Uri endpoint, string bucket, string directory, int connections, bool careful)
{
    /// <summary>s3sync's default for --upload-part-size.</summary>
    const int PartBytes = 8 << 20;

    /// <summary>Parts under way, of all files together: 128 MiB.</summary>
    const int MostParts = 16;

    /// <summary>
    /// A body up to this long has a buffer of its loop's own; of longer ones so many are under way: 64 MiB of those of
    /// 1 MiB, which is more than a machine can send in a line's latency.
    /// </summary>
    const int SmallBytes = 64 * 1024, MostLong = 64;

    static readonly TimeSpan AfterSlowDown = TimeSpan.FromMilliseconds(100);

    static readonly string Secret = Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") ?? "secret", Access = Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") ?? "access";

    readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseCookies = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    readonly SemaphoreSlim parts = new(Math.Min(MostParts, connections));
    readonly SemaphoreSlim bodies = new(Math.Min(MostLong, connections));
    readonly ConcurrentBag<byte[]> buffers = [];
    readonly string head = Path.GetFileName(directory);
    byte[] key = [];
    string day = "";

    public async Task<int> RunAsync()
    {
        day = DateTime.UtcNow.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        key = Encoding.UTF8.GetBytes("AWS4" + Secret);
        foreach (var step in (string[])[day, "us-east-1", "s3", "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }
        using var files = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).GetEnumerator();
        var loops = new List<Task>();
        for (var i = 0; i < connections; i++)
        {
            loops.Add(LoopAsync(files));
        }
        await Task.WhenAll(loops);
        return 0;
    }

    async Task LoopAsync(IEnumerator<string> files)
    {
        await Task.Yield();
        var buffer = new byte[SmallBytes / 4];
        while (true)
        {
            string path;
            lock (files)
            {
                if (!files.MoveNext())
                {
                    return;
                }
                path = files.Current;
            }
            var target = $"/{bucket}/{head}/{path[(directory.Length + 1)..]}";
            using (var file = File.OpenHandle(path))
            {
                var length = RandomAccess.GetLength(file);
                if (length > PartBytes)
                {
                    await SendPartsAsync(file, length, target);
                }
                else if (length > SmallBytes)
                {
                    await bodies.WaitAsync();
                    await SendFromAsync(file, 0, (int)length, target, "", bodies);
                }
                else
                {
                    if (buffer.Length < length)
                    {
                        buffer = new byte[SmallBytes];
                    }
                    await SendAsync(HttpMethod.Put, target, "", buffer, RandomAccess.Read(file, buffer, 0));
                }
            }
            File.Delete(path);
        }
    }

    async Task SendPartsAsync(SafeFileHandle file, long length, string target)
    {
        var upload = UploadId().Match(await SendAsync(HttpMethod.Post, target, "uploads=", [], 0)).Groups[1].Value;
        var all = new List<Task>();
        for (var (number, at) = (1, 0L); at < length; (number, at) = (number + 1, at + PartBytes))
        {
            await parts.WaitAsync();
            all.Add(SendPartAsync(file, at, target, $"partNumber={number}&uploadId={upload}"));
        }
        await Task.WhenAll(all);
        await SendAsync(HttpMethod.Post, target, $"uploadId={upload}", [], 0);
    }

    async Task SendPartAsync(SafeFileHandle file, long at, string target, string query)
    {
        await Task.Yield();
        await SendFromAsync(file, at, PartBytes, target, query, parts);
    }

    /// <summary>
    /// Sends what is there of a file from an offset on, from a buffer of all loops' own; then lets the next one do so.
    /// </summary>
    async Task SendFromAsync(SafeFileHandle file, long at, int most, string target, string query, SemaphoreSlim limit)
    {
        try
        {
            if (!buffers.TryTake(out var buffer) || buffer.Length < most)
            {
                buffer = new byte[most];
            }
            await SendAsync(HttpMethod.Put, target, query, buffer, RandomAccess.Read(file, buffer.AsSpan(0, most), at));
            buffers.Add(buffer);
        }
        finally
        {
            limit.Release();
        }
    }

    async Task<string> SendAsync(HttpMethod method, string target, string query, byte[] buffer, int length)
    {
        var body = buffer.AsMemory(0, length);
        var (checksum, hash) = Digest(body.Span);
        var time = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var signed = careful ? "content-md5;host;if-none-match;x-amz-content-sha256;x-amz-date" : "host;x-amz-checksum-crc64nvme;x-amz-content-sha256;x-amz-date";
        var said = careful ? $"content-md5:{checksum}\nhost:{endpoint.Authority}\nif-none-match:*" : $"host:{endpoint.Authority}\nx-amz-checksum-crc64nvme:{checksum}";
        var canonical = $"{method}\n{target}\n{query}\n{said}\nx-amz-content-sha256:{hash}\nx-amz-date:{time}\n\n{signed}\n{hash}";
        var text = $"AWS4-HMAC-SHA256\n{time}\n{day}/us-east-1/s3/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        while (true)
        {
            using var request = Request(method, new(endpoint, query.Length == 0 ? target : $"{target}?{query}"), body, checksum, hash, time, signed, signature);
            using var answer = await client.SendAsync(request);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                answer.EnsureSuccessStatusCode();
                return method == HttpMethod.Post ? await answer.Content.ReadAsStringAsync() : "";
            }
            await Task.Delay(AfterSlowDown);
        }
    }

    HttpRequestMessage Request(HttpMethod method, Uri uri, ReadOnlyMemory<byte> body, string checksum, string hash, string time, string signed, string signature)
    {
        var request = new HttpRequestMessage(method, uri) { Content = new ReadOnlyMemoryContent(body) };
        if (careful)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-MD5", checksum);
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        }
        else
        {
            request.Headers.TryAddWithoutValidation("x-amz-checksum-crc64nvme", checksum);
        }
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", hash);
        request.Headers.TryAddWithoutValidation("x-amz-date", time);
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={Access}/{day}/us-east-1/s3/aws4_request, SignedHeaders={signed}, Signature={signature}");
        return request;
    }

    (string Checksum, string Hash) Digest(ReadOnlySpan<byte> body)
    {
        if (careful)
        {
            return (Convert.ToBase64String(MD5.HashData(body)), Convert.ToHexStringLower(SHA256.HashData(body)));
        }
        Span<byte> crc = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(crc, Crc64Nvme.Engine.Append(0, body));
        return (Convert.ToBase64String(crc), Convert.ToHexStringLower(SHA256.HashData(body)));
    }

    [GeneratedRegex("<UploadId>(.*)</UploadId>")]
    private static partial Regex UploadId();
}
