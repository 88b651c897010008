using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What the published program gives its objects: every option on the wire, whole and in parts, from each place where it can stand.</summary>
public sealed class ObjectsTests : OperatorTest
{
    /// <summary>Each option with a header that it makes; all of them go together.</summary>
    static readonly (string Option, string? Value, string Header, string Expected)[] Options =
    [
        ("storage-class", "ONEZONE_IA", "x-amz-storage-class", "ONEZONE_IA"),
        ("sse", "aws:kms", "x-amz-server-side-encryption", "aws:kms"),
        ("sse-kms-key", "alias/uploads", "x-amz-server-side-encryption-aws-kms-key-id", "alias/uploads"),
        ("sse-kms-context", "department=accounts", "x-amz-server-side-encryption-context", "eyJkZXBhcnRtZW50IjoiYWNjb3VudHMifQ=="),
        ("sse-bucket-key", null, "x-amz-server-side-encryption-bucket-key-enabled", "true"),
        ("acl", "bucket-owner-full-control", "x-amz-acl", "bucket-owner-full-control"),
        ("tags", "from={root}&place=a b", "x-amz-tagging", "from=in&place=a%20b"),
        ("metadata", "project=north", "x-amz-meta-project", "north"),
        ("file-facts", null, "x-amz-meta-source-size", ""),
        ("content-type", "auto", "content-type", "text/csv"),
        ("content-types", ".csv=text/x-own", "content-type", "text/x-own"),
        ("cache-control", "no-store", "cache-control", "no-store"),
    ];

    [Theory]
    [InlineData("command line")]
    [InlineData("environment")]
    [InlineData("file")]
    public async Task EveryOptionReachesTheWire(string place)
    {
        List<(string Key, Dictionary<string, string> Headers)> sent = [];
        Server.Arrived += request =>
        {
            if (request.Operation is S3Operation.PutObject or S3Operation.CreateMultipartUpload)
            {
                lock (sent)
                    sent.Add((request.Key, request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value)));
            }
        };
        Scene.Write("small.csv", 1000);
        Scene.Write("large.csv", 9_000_000);
        Dictionary<string, string?> environment = [];
        List<string> arguments = [.. Scene.Arguments, "--once", "--checksum", "crc32"];
        switch (place)
        {
            case "command line":
                foreach (var (option, value, _, _) in Options)
                    arguments.AddRange(value is null ? [$"--{option}"] : [$"--{option}", value]);
                break;
            case "environment":
                foreach (var (option, value, _, _) in Options)
                    environment[$"S3SYNC_{option.Replace('-', '_').ToUpperInvariant()}"] = value ?? "true";
                break;
            default:
                File.WriteAllText(Path.Combine(Scene.Place, "s3sync.json"), $"{{ {string.Join(", ", Options.Select(one => $"\"{JsonKey(one.Option)}\": {(one.Value is null ? "true" : $"\"{one.Value}\"")}"))} }}");
                arguments.AddRange(["--config", Path.Combine(Scene.Place, "s3sync.json")]);
                break;
        }
        await Scene.AssertExit(Scene.StartWith(arguments, environment), 0);

        Assert.Empty(Scene.Files());
        foreach (var (path, expected) in Scene.Expected)
            Assert.True(Pattern.Matches(expected.Seed, 0, Server.Objects(Scene.Bucket)[Scene.Key(path)].Bytes()), path);
        // The first object is written twice, as this server is not trusted to honour conditions.
        Assert.Equal(["in/large.csv", "in/small.csv"], sent.Select(one => one.Key).Distinct().Order());
        foreach (var (key, headers) in sent)
        {
            foreach (var (option, _, header, expected) in Options.Where(one => one.Option != "content-type"))
                Assert.Equal(option == "file-facts" ? key == "in/small.csv" ? "1000" : "9000000" : expected, headers.GetValueOrDefault(header));
        }
        Assert.All(Server.Objects(Scene.Bucket).Values, stored => Assert.Equal("from=in&place=a%20b", stored.Tagging));
    }

    [Fact]
    public async Task ADirectoryOfTheFileGivesItsOwn()
    {
        Directory.CreateDirectory(Path.Combine(Scene.Place, "other"));
        File.WriteAllText(Path.Combine(Scene.Place, "other", "b.txt"), "b");
        Scene.Write("a.txt", 5);
        File.WriteAllText(Path.Combine(Scene.Place, "s3sync.json"), $$"""
            {
              "bucket": "{{Scene.Bucket}}", "tags": "a=1", "contentType": "auto",
              "watchDirs": ["in", { "path": "other", "tags": "", "storageClass": "GLACIER_IR", "contentType": "x/own" }]
            }
            """);
        await Scene.AssertExit(Scene.StartWith(["--config", "s3sync.json", "--endpoint", Scene.Url, .. AtLedger, "-i", "0.2", "--once"]), 0);
        var objects = Server.Objects(Scene.Bucket);
        Assert.Equal(("a=1", "text/plain", null), (objects["in/a.txt"].Tagging, objects["in/a.txt"].Headers["content-type"], objects["in/a.txt"].Headers.GetValueOrDefault("x-amz-storage-class")));
        Assert.Equal((null, "x/own", "GLACIER_IR"), (objects["other/b.txt"].Tagging, objects["other/b.txt"].Headers["content-type"], objects["other/b.txt"].Headers.GetValueOrDefault("x-amz-storage-class")));
    }

    [Fact]
    public async Task WrongOnesAreSaidAtOnceAndNothingIsTouched()
    {
        Scene.Write("a.txt", 5);
        var run = Scene.Start("--acl", "public", "--tags", "a=#", "--sse", "aws:kms");
        await Scene.AssertExit(run, 2);
        Assert.Equal((1, 1, 1), (run.Count("hint: did you mean public-read?"), run.Count("has a character that tags cannot have"), run.Count("hint: give --checksum crc32")));
        Assert.Equal(["a.txt"], Scene.Files());
        Assert.Equal(0, Server.Count(S3Operation.PutObject));
    }

    /// <summary>What a run's objects get may be refused: check must meet that first.</summary>
    [Fact]
    public async Task CheckTriesWhatARunWouldGive()
    {
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.PutObject).Where(request => request.Header("x-amz-tagging") is not null));
        Assert.Contains("ok       write", await Ask(0, ["check", .. Scene.Arguments]));
        Assert.Contains("--tags need s3:PutObjectTagging", await Ask(1, ["check", .. Scene.Arguments, "--tags", "a=1"]));
    }

    /// <summary>The server keeps no key: whoever asks for an object must bring it, runs and commands alike.</summary>
    [Fact]
    public async Task AKeyOfOnesOwnGoesWithEveryRequest()
    {
        var key = Path.Combine(Scene.Place, "key");
        File.WriteAllText(key, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
        string[] with = ["--sse-c-key-file", key, "--checksum", "crc32"];
        Scene.Write("small", 1000);
        Scene.Write("large", 9_000_000);
        Assert.Contains("ok       proof", await Ask(0, ["check", .. Scene.Arguments, .. with]));
        await Scene.Drain(more: with);
        Assert.Empty(Scene.Files());
        Assert.All(Server.Objects(Scene.Bucket).Values, stored => Assert.Equal("AES256", stored.Headers["x-amz-server-side-encryption-customer-algorithm"]));

        string[] verify = ["verify", .. AtLedger, "--endpoint", Scene.Url];
        Assert.Contains("2 good", await Ask(0, [.. verify, .. with]));
        Assert.Contains("2 good", await Ask(0, [.. verify, .. with, "--read"]));
        Assert.Contains("2 unknown", await Ask(1, verify));
        File.Delete(Scene.Ledger);
        Assert.Contains("2  recorded as uploaded and gone", await Ask(0, ["rebuild", .. Scene.Arguments, .. with]));
    }

    [Fact]
    public async Task AFileWithoutAKeyIsSaidBeforeAnythingIsTouched()
    {
        Scene.Write("a", 5);
        var run = Scene.Start("--sse-c-key-file", Scene.FullPath("a"), "--checksum", "crc32", "--once");
        await Scene.AssertExit(run, 2);
        Assert.Equal(1, run.Count("cannot be used: it does not hold 32 bytes"));
        Assert.False(File.Exists(Scene.Ledger));
    }

    static string JsonKey(string option) => string.Concat(option.Split('-').Select((word, at) => at == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
