using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync;
using S3Sync.Sync.Settings;

/// <summary>Every option of the table reaches the settings from every source that may give it. Made from the table: an option added without a binding fails.</summary>
public sealed class BindingTests : IDisposable
{
    readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    public static TheoryData<string, string> EverySource()
    {
        var rows = new TheoryData<string, string>();
        foreach (var option in OptionTable.All.Where(option => option != OptionTable.Config))
        {
            foreach (var source in new[] { Sources.File, Sources.Environment, Sources.CommandLine })
            {
                if ((option.Sources & source) != 0 && option.Sources != Sources.CommandLine)
                    rows.Add(option.Name, source.ToString());
            }
        }
        return rows;
    }

    [Theory, MemberData(nameof(EverySource))]
    public void EveryOptionBinds(string name, string source)
    {
        var option = OptionTable.All.Single(option => option.Name == name);
        // What its sample asks for not every Windows has.
        if (option == OptionTable.TlsMin && !BucketConnections.HasTls13)
            return;
        _scene.Make("other");
        var json = new JsonObject { ["watchDirs"] = new JsonArray("in"), ["bucket"] = "base-bucket" };
        // These say something of a server of one's own.
        if (option == OptionTable.VirtualHost || option == OptionTable.Compat)
            json["endpoint"] = "https://s3.example.com";
        var before = Settled(_scene.ReadJson(json.ToJsonString()));

        var value = Sample(option);
        List<string> args = [];
        switch (source)
        {
            case nameof(Sources.File):
                json[option.JsonKey] = option.Kind switch
                {
                    Kind.Flag => true,
                    Kind.Number => double.Parse(value, CultureInfo.InvariantCulture),
                    Kind.List or Kind.Rules => new JsonArray(value),
                    _ => value,
                };
                break;
            case nameof(Sources.Environment):
                _scene.Environment[option.EnvironmentName] = value;
                break;
            default:
                args.Add(option.LongName);
                if (option.Kind != Kind.Flag)
                    args.Add(value);
                break;
        }
        var after = Settled(_scene.ReadJson(json.ToJsonString(), [.. args]));

        Assert.NotEqual(Picture(before), Picture(after));
        Assert.Equal(source, after.Origins[option.Name].ToString());
        // The file of the scene gives these two.
        if (option != OptionTable.WatchDir && option != OptionTable.Bucket)
            Assert.Equal(Origin.Default, before.Origins[option.Name]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheSettingsFileIsNamedOnTheCommandLineOrInTheEnvironment(bool environment)
    {
        _scene.Write("a.json", """{ "watchDirs": ["in"], "bucket": "from-a-file" }""");
        if (environment)
            _scene.Environment["S3SYNC_CONFIG"] = "a.json";
        var settings = Settled(_scene.Read(environment ? [] : ["--config", "a.json"]));
        Assert.Equal("from-a-file", settings.Roots[0].Bucket);
        Assert.Equal(_scene.Path("a.json"), settings.Config);
        Assert.Equal(environment ? Origin.Environment : Origin.CommandLine, settings.Origins["config"]);
    }

    [Fact]
    public void TheDefaultsAreThoseOfTheTable()
    {
        var settings = Settled(_scene.Read("-w", "in", "-b", "bucket"));
        Assert.Equal(TimeSpan.FromSeconds(2), settings.WatcherInterval);
        Assert.Equal(8 << 20, settings.UploadPartSize);
        Assert.Equal(Slots.Largest, settings.UploaderThreads);
        Assert.Equal(48 << 20, settings.BufferMemory);
        Assert.Null(settings.Endpoint);
        Assert.Null(settings.Region);
        Assert.Null(settings.CaFile);
        Assert.Null(settings.SseCKeyFile);
        Assert.Null(settings.ExpectedBucketOwner);
        Assert.False(settings.AllowHttp);
        Assert.Null(settings.Config);
        Assert.Equal(ChecksumKind.Crc64Nvme, settings.Checksum);
        Assert.False(settings.AcceptUnproven | settings.Keep | settings.DryRun | settings.Once);
        Assert.Equal(TimeSpan.FromSeconds(120), settings.Patience);
        Assert.Equal(TimeSpan.FromSeconds(300), settings.RescanInterval);
        Assert.Equal(TimeSpan.FromSeconds(OperatingSystem.IsWindows() ? 1.2 : 10), settings.Grace);
        Assert.Equal(LogLevel.Information, settings.LogLevel);
        Assert.Equal(new(0, _scene.Path("in"), "bucket", "in") { Filter = S3Sync.Sync.Filter.Standard }, Assert.Single(settings.Roots));
        Assert.All(OptionTable.All, option =>
            Assert.Equal(option.Sources != Sources.CommandLine, settings.Origins.ContainsKey(option.Name)));
    }

    [Fact]
    public void TheCommandLineBeatsTheEnvironmentAndThatTheFile()
    {
        const string json = """{ "watchDirs": ["in"], "bucket": "bucket", "uploaderThreads": 3, "uploadPartSize": 6, "watcherInterval": 0.5, "once": true, }""";
        _scene.Environment["S3SYNC_UPLOADER_THREADS"] = "4";
        _scene.Environment["S3SYNC_UPLOAD_PART_SIZE"] = "7";
        var settings = Settled(_scene.ReadJson(json, "-u", "5", "--once=false"));
        Assert.Equal((5, 7L << 20, TimeSpan.FromSeconds(0.5), false), (settings.UploaderThreads, settings.UploadPartSize, settings.WatcherInterval, settings.Once));
        Assert.Equal([Origin.CommandLine, Origin.Environment, Origin.File, Origin.CommandLine],
            new[] { "uploader-threads", "upload-part-size", "watcher-interval", "once" }.Select(name => settings.Origins[name]));
    }

    [Fact]
    public void AHigherListReplacesTheLowerOneAsAWhole()
    {
        const string json = """{ "watchDirs": ["in", { "path": "out", "bucket": "elsewhere" }], "bucket": "bucket" }""";
        Assert.Equal(2, Settled(_scene.ReadJson(json)).Roots.Length);
        Assert.Equal("bucket", Assert.Single(Settled(_scene.ReadJson(json, "-w", "out")).Roots).Bucket);
        _scene.Environment["S3SYNC_WATCH_DIR"] = $"out{System.IO.Path.PathSeparator}third";
        _scene.Make("third");
        Assert.Equal(["out", "third"], Settled(_scene.ReadJson(json)).Roots.Select(root => root.Prefix));
    }

    [Theory]
    [InlineData("auto", null, nameof(ChecksumKind.Crc64Nvme))]
    [InlineData("auto", "http://localhost:9000", nameof(ChecksumKind.Md5))]
    [InlineData("auto", "https://bucket.vpce-1a2b.s3.eu-central-1.vpce.amazonaws.com", nameof(ChecksumKind.Crc64Nvme))]
    [InlineData("CRC32C", "http://localhost:9000", nameof(ChecksumKind.Crc32C))]
    [InlineData("crc32", null, nameof(ChecksumKind.Crc32))]
    [InlineData("crc64nvme", "http://localhost:9000", nameof(ChecksumKind.Crc64Nvme))]
    [InlineData("md5", null, nameof(ChecksumKind.Md5))]
    public void TheChecksumSuitsTheServerUnlessOneIsNamed(string given, string? endpoint, string expected)
    {
        string[] args = ["-w", "in", "-b", "bucket", "--checksum", given];
        Assert.Equal(expected, Settled(_scene.Read(endpoint is null ? args : [.. args, "--endpoint", endpoint])).Checksum.ToString());
    }

    [Theory]
    [InlineData("info", LogLevel.Information)]
    [InlineData("warn", LogLevel.Warning)]
    [InlineData("Debug", LogLevel.Debug)]
    [InlineData("error", LogLevel.Error)]
    [InlineData("trace", LogLevel.Trace)]
    public void LogLevelsHaveShortForms(string given, LogLevel expected) =>
        Assert.Equal(expected, Settled(_scene.Read("-w", "in", "-b", "bucket", "--log-level", given)).LogLevel);

    [Theory]
    [InlineData("yes", true)]
    [InlineData("1", true)]
    [InlineData("TRUE", true)]
    [InlineData("no", false)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("", false)]
    public void AFlagInTheEnvironmentHasMoreWords(string value, bool expected)
    {
        _scene.Environment["S3SYNC_KEEP"] = value;
        Assert.Equal(expected, Settled(_scene.Read("-w", "in", "-b", "bucket")).Keep);
    }

    [Fact]
    public void AnEmptyVariableCountsAsNotSetExceptThePrefix()
    {
        foreach (var option in OptionTable.In(Sources.Environment))
            _scene.Environment[option.EnvironmentName] = "";
        var settings = Settled(_scene.Read("-w", "in", "-b", "bucket"));
        Assert.Equal("", settings.Roots[0].Prefix);
        Assert.Equal(Origin.Environment, settings.Origins["prefix"]);
        Assert.Equal(2, settings.Origins.Values.Count(origin => origin == Origin.CommandLine));
    }

    [Fact]
    public void BuffersGrowToTwoPartsWithANoteUnlessTheyWereGiven()
    {
        var grown = _scene.Read("-w", "in", "-b", "bucket", "-s", "40");
        Assert.Equal(92L << 20, Settled(grown).BufferMemory);
        Assert.Equal("the upload buffers take 92 MB, two parts and small files, instead of 48 MB", Assert.Single(grown.Notes));
        var given = _scene.Read("-w", "in", "-b", "bucket", "-s", "40", "--buffer-memory", "41");
        Assert.Equal(41L << 20, Settled(given).BufferMemory);
        Assert.Empty(given.Notes);
    }

    [Theory]
    [InlineData("https://gate.example.com/storage/v1/s3", "the endpoint has a path, 'storage/v1/s3', which stands before the bucket in every request")]
    [InlineData("https://gate.example.com/bucket/deep/", "the endpoint has a path, 'bucket/deep', which stands before the bucket in every request")]
    [InlineData("https://bucket.example.com", "the endpoint's host begins with 'bucket', as the bucket does")]
    [InlineData("https://x.example.com/", null)]
    [InlineData("https://bucket", null)]
    [InlineData("https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com", null)]
    public void WhatMayBeABucketInTheEndpointIsNoted(string endpoint, string? note)
    {
        var reading = _scene.Read("-w", "in", "-b", "bucket", "--endpoint", endpoint);
        Settled(reading);
        if (note is null)
            Assert.Empty(reading.Notes);
        else
            Assert.StartsWith(note, Assert.Single(reading.Notes));
    }

    static Settings Settled(Reading reading)
    {
        Assert.Equal("", Scene.Shown(reading));
        return reading.Settings!;
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("Auto")]
    public void HowManyUploadsMayBeLeftToTheProgramInWords(string word)
    {
        Assert.Equal(Slots.Largest, Settled(_scene.Read("-w", _scene.Path("in"), "-b", "bucket", "-u", word)).UploaderThreads);
        Assert.Equal(Slots.Largest, Settled(_scene.ReadJson($$"""{ "watchDirs": ["in"], "bucket": "bucket", "uploaderThreads": "{{word}}" }""")).UploaderThreads);
    }

    // A value that is not the default.
    string Sample(Option option) => option.Kind switch
    {
        Kind.Number => option.Word is not null ? "7" : (double.Parse(option.Default!, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture),
        Kind.Flag => "true",
        Kind.Choice => option.Choices.Last(choice => choice != option.Default),
        Kind.Path => _scene.Path("other/file"),
        Kind.List => "other",
        Kind.Rules => "- *.log",
        _ => option.Name switch
        {
            "bucket" => "other-bucket",
            "prefix" => "other/prefix",
            "endpoint" => "http://localhost:9000",
            "region" => "eu-north-1",
            "proxy" => "http://user:password@proxy.example:3128",
            "no-proxy" => "example.com,10.0.0.0/8",
            "profile" => "other",
            "bandwidth" => "08:00,1 18:30,off",
            "expected-bucket-owner" => "111122223333",
            "storage-class" => "STANDARD_IA",
            "sse-kms-key" => "alias/uploads",
            "sse-kms-context" => "department=accounts",
            "acl" => "bucket-owner-full-control",
            "tags" => "a=1&b=2",
            "metadata" => "a=1,b=2",
            "content-type" => "text/csv",
            "content-types" => ".txt=text/csv",
            "cache-control" => "max-age=60",
            "key-template" => "{yyyy}/{path}",
            "root-marker" => ".here",
            "sentinel" => ".done",
            _ => throw new NotSupportedException($"{option.Name} needs a sample here"),
        },
    };

    static string Picture(Root root) => root.Objects?.Of("/in/a.txt", 0, 0) is { } headers ? $" {headers.ContentType} {string.Join(' ', headers.More)}" : "";

    static string Picture(Settings settings) => string.Join('\n', typeof(Settings).GetProperties()
        .Where(property => property.Name is not (nameof(Settings.Origins) or "EqualityContract"))
        .Select(property => property.Name == nameof(Settings.Roots)
            ? string.Join(' ', settings.Roots.Select(root => $"{root}{Picture(root)}"))
            : $"{property.Name}={property.GetValue(settings)}"));
}
