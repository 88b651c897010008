using System;
using System.Collections.Generic;
using System.Globalization;

namespace S3Sync.Tests.Crashes;

/// <summary>What a self-test was asked for.</summary>
sealed record SelfTestOptions
{
    public const string Usage = """
        usage: self-test [--kills N] [--seed S] [--exe FILE] [--radosgw | --bucket NAME --prefix TEXT [--endpoint URL]] [--result FILE]

        Kills the program N times (200) at random instants while files are produced, uploaded and deleted, and proves that none was lost.
        Without --bucket on a local S3 server; --radosgw takes Ceph's gateway instead. With --bucket on your own: it works below a new prefix
        under TEXT only, and deletes what it has put there. Credentials come from where the AWS tools find them. In a versioned bucket the deleted
        versions stay until a lifecycle rule removes them.
        """;

    public int Kills { get; init; } = 200;

    /// <summary>What all chance comes from: names, lengths, instants. The machine's own timing is not repeated.</summary>
    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    /// <summary>The executable to kill; null for the published one, made if need be.</summary>
    public string? Executable { get; init; }

    public bool RadosGateway { get; init; }

    public string? Endpoint { get; init; }

    public string? Bucket { get; init; }

    public string? Prefix { get; init; }

    /// <summary>Where the verdict is written to as well, as Markdown.</summary>
    public string? Result { get; init; }

    /// <summary>Null with what is wrong.</summary>
    public static SelfTestOptions? Read(IReadOnlyList<string> args, out string error)
    {
        var options = new SelfTestOptions();
        error = "";
        for (var at = 0; at < args.Count; at++)
        {
            var next = at + 1 < args.Count ? args[at + 1] : null;
            SelfTestOptions? read = (args[at], next) switch
            {
                ("--radosgw", _) => options with { RadosGateway = true },
                ("--kills", { } text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var kills) && kills > 0 => options with { Kills = kills },
                ("--seed", { } text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) => options with { Seed = seed },
                ("--exe", { } file) => options with { Executable = file },
                ("--endpoint", { } url) when Uri.IsWellFormedUriString(url, UriKind.Absolute) => options with { Endpoint = url },
                ("--bucket", { } bucket) => options with { Bucket = bucket },
                ("--prefix", { } prefix) => options with { Prefix = prefix.Trim('/') },
                ("--result", { } file) => options with { Result = file },
                _ => null,
            };
            if (read is null)
            {
                error = $"{args[at]} {next}".Trim();
                return null;
            }
            options = read;
            at += args[at] == "--radosgw" ? 0 : 1;
        }
        error = options switch
        {
            { Bucket: not null, Prefix: null or "" } => "a bucket of yours needs a --prefix below which nothing else is",
            { Bucket: null, Endpoint: not null } or { Bucket: null, Prefix: not null } => "--endpoint and --prefix go with --bucket",
            { Bucket: not null, RadosGateway: true } => "--radosgw has a bucket of its own",
            _ => "",
        };
        return error.Length == 0 ? options : null;
    }
}
