using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>What the published program gives its objects, as Ceph's RADOS gateway keeps it: a server that nobody wrote for these tests.</summary>
public sealed class ObjectsRadosGatewayTests
{
    static readonly XNamespace S3 = "http://s3.amazonaws.com/doc/2006-03-01/";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ItKeepsWhatTheObjectsGet()
    {
        await using var scene = await Open();
        scene.Write("small.csv", 1000);
        scene.Write("large.csv", 9_000_000);
        File.SetLastWriteTimeUtc(scene.FullPath("small.csv"), DateTime.UnixEpoch.AddSeconds(1_700_000_000.5));
        await scene.Drain(more: ["--storage-class", "STANDARD", "--tags", "from={root}&year={yyyy}", "--metadata", "project=north,who=é", "--file-facts", "--content-type", "auto", "--cache-control", "max-age=60", "--acl", "public-read"]);
        await scene.AssertAllMoved();

        foreach (var (name, size) in ((string, int)[])[("small.csv", 1000), ("large.csv", 9_000_000)])
        {
            var head = await Send(scene, "HEAD", scene.Bucket, Scene.Key(name));
            Assert.Equal(("text/csv", "max-age=60", "north", "=?UTF-8?B?w6k=?=", $"{size}", scene.FullPath(name)),
                (head["content-type"], head["cache-control"], head["x-amz-meta-project"], head["x-amz-meta-who"], head["x-amz-meta-source-size"], head["x-amz-meta-source-path"]));
            Assert.Contains("AllUsers", await Text(scene, Scene.Key(name), "acl"), StringComparison.Ordinal);
        }
        // Of the one in parts it has forgotten them (16.2.15; x-amz-tagging-count: 0), whoever sends it: the request is the SDK's own.
        var tags = XDocument.Parse(await Text(scene, Scene.Key("small.csv"), "tagging")).Descendants().Where(one => one.Name.LocalName == "Tag").Select(tag => string.Join('=', tag.Elements().Select(one => one.Value)));
        Assert.Equal(["from=in", "year=2023"], tags.Order());
        Assert.Equal("1700000000.5", (await Send(scene, "HEAD", scene.Bucket, Scene.Key("small.csv")))["x-amz-meta-mtime"]);
    }

    [Fact]
    public async Task ABucketThatLocksEachObjectIsFilled()
    {
        await using var scene = await Open();
        var locked = scene.Bucket + "-l";
        await Send(scene, "PUT", locked, "", headers: new() { ["x-amz-bucket-object-lock-enabled"] = "true" });
        var rule = Encoding.UTF8.GetBytes($"<ObjectLockConfiguration xmlns=\"{S3}\"><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>");
        await Send(scene, "PUT", locked, "", "object-lock", rule, new() { ["Content-MD5"] = Convert.ToBase64String(MD5.HashData(rule)) });

        scene.Write("small", 1000);
        scene.Write("large", 9_000_000);
        string[] arguments = [.. scene.Arguments, "--once"];
        arguments[Array.IndexOf(arguments, scene.Bucket)] = locked;
        await Scene.AssertExit(scene.StartWith(arguments), 0);

        Assert.Empty(scene.Files());
        foreach (var (name, size) in ((string, string)[])[("small", "1000"), ("large", "9000000")])
        {
            var head = await Send(scene, "HEAD", locked, Scene.Key(name));
            Assert.Equal(("GOVERNANCE", size), (head["x-amz-object-lock-mode"], head["content-length"]));
        }
    }

    static async Task<Scene> Open() => await Scene.Open(Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path, (await Needs.RadosGateway()).Url);

    static async Task<string> Text(Scene scene, string key, string query)
    {
        var answer = await new SignedRequest(scene.Url, "GET", scene.Bucket, key) { Query = [(query, "")] }.Send(Cancel);
        Assert.Equal("200", answer.Outcome);
        return answer.Text;
    }

    static async Task<IReadOnlyDictionary<string, string>> Send(Scene scene, string method, string bucket, string key, string? query = null, byte[]? body = null, Dictionary<string, string>? headers = null)
    {
        var answer = await new SignedRequest(scene.Url, method, bucket, key) { Query = query is null ? [] : [(query, "")], Body = body ?? [], Headers = headers ?? [] }.Send(Cancel);
        Assert.Equal("200", answer.Outcome);
        return answer.Headers;
    }
}
