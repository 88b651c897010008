using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using S3Sync.Tests.Conformance;

namespace S3Sync.Tests.Support;

/// <summary>An object as a listing tells of it.</summary>
/// <param name="ETag">Without quotes.</param>
readonly record struct Listed(long Size, string ETag);

/// <summary>A bucket seen over HTTP, by nothing of the program's own. Throws where the server answers anything but success.</summary>
sealed class BucketView(string url, string bucket)
{
    static readonly XNamespace S3 = "http://s3.amazonaws.com/doc/2006-03-01/";

    public async Task Create(CancellationToken cancel) => await Send(new(url, "PUT", bucket, ""), cancel);

    public async Task Put(string key, byte[] body, CancellationToken cancel) => await Send(new(url, "PUT", bucket, key) { Body = body }, cancel);

    public async Task<byte[]> Get(string key, CancellationToken cancel) => (await Send(new(url, "GET", bucket, key), cancel)).Body;

    /// <summary>Every object by its key. Keys are encoded on the way: XML cannot carry all of them.</summary>
    public async Task<Dictionary<string, Listed>> List(CancellationToken cancel)
    {
        var all = new Dictionary<string, Listed>(StringComparer.Ordinal);
        for (string? token = ""; token is not null;)
        {
            (string, string)[] page = [("list-type", "2"), ("encoding-type", "url"), .. token.Length == 0 ? [] : new[] { ("continuation-token", token) }];
            var answer = await Send(new(url, "GET", bucket, "") { Query = page }, cancel);
            var list = XDocument.Parse(Encoding.UTF8.GetString(answer.Body)).Root!;
            foreach (var one in list.Elements(S3 + "Contents"))
                all.Add(Uri.UnescapeDataString(one.Element(S3 + "Key")!.Value.Replace('+', ' ')), new(long.Parse(one.Element(S3 + "Size")!.Value, CultureInfo.InvariantCulture), one.Element(S3 + "ETag")!.Value.Trim('"')));
            token = list.Element(S3 + "NextContinuationToken")?.Value;
        }
        return all;
    }

    /// <summary>Gives it these lifecycle rules, and nothing else: the elements within LifecycleConfiguration.</summary>
    public async Task SetRules(string rules, CancellationToken cancel)
    {
        var body = Encoding.UTF8.GetBytes($"<LifecycleConfiguration xmlns=\"{S3}\">{rules}</LifecycleConfiguration>");
        // Required here: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
        var digest = Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(body));
        await Send(new(url, "PUT", bucket, "") { Query = [("lifecycle", "")], Body = body, Headers = new() { ["Content-MD5"] = digest } }, cancel);
    }

    /// <summary>Multipart uploads begun and neither completed nor aborted.</summary>
    public async Task<int> CountUploads(CancellationToken cancel)
    {
        var answer = await Send(new(url, "GET", bucket, "") { Query = [("uploads", "")] }, cancel);
        return XDocument.Parse(Encoding.UTF8.GetString(answer.Body)).Root!.Elements(S3 + "Upload").Count();
    }

    /// <summary>Deletes the bucket with all that is in it.</summary>
    public async Task Drop(CancellationToken cancel)
    {
        foreach (var key in (await List(cancel)).Keys)
            await Send(new(url, "DELETE", bucket, key), cancel);
        var answer = await Send(new(url, "GET", bucket, "") { Query = [("uploads", "")] }, cancel);
        foreach (var upload in XDocument.Parse(Encoding.UTF8.GetString(answer.Body)).Root!.Elements(S3 + "Upload"))
            await Send(new(url, "DELETE", bucket, upload.Element(S3 + "Key")!.Value) { Query = [("uploadId", upload.Element(S3 + "UploadId")!.Value)] }, cancel);
        await Send(new(url, "DELETE", bucket, ""), cancel);
    }

    static async Task<RawAnswer> Send(SignedRequest request, CancellationToken cancel)
    {
        var answer = await request.Send(cancel);
        return answer.Status / 100 == 2 ? answer : throw new InvalidOperationException($"{request.Method} {request.Bucket}/{request.Key}: {answer.Outcome}");
    }
}
