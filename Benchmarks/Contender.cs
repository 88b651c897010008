using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace S3Sync.Benchmarks;

/// <summary>A program that can move a directory into a bucket.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Program">Its executable; null where it is not installed.</param>
/// <param name="Arguments">From the directory, the server and a directory for its own files to its arguments.</param>
sealed record Contender(string Name, string? Program, Func<string, IComparisonServer, string, string[]> Arguments)
{
    public const string Bucket = "bucket";

    /// <summary>The floor with requests that cost the server what s3sync's cost it: for a server that has costs.</summary>
    public const string Careful = "careful floor";

    /// <summary>The floor, s3sync and its peers, each as its users would run it for this work.</summary>
    /// <param name="asTheyCome">Without a word of how much they may do at once, the floor with so much that a line's
    /// latency does not matter; else sixteen transfers for each.</param>
    /// <param name="more">Other rows for s3sync: a name, an executable, arguments.</param>
    public static IReadOnlyList<Contender> All(string floor, string s3sync, bool asTheyCome, IEnumerable<(string Name, string Program, string[] Arguments)> more) =>
    [
        new("floor", floor, (tree, server, _) => ["put", server.Url, Bucket, tree, asTheyCome ? "256" : "16"]),
        new(Careful, floor, (tree, server, _) => ["put", server.Url, Bucket, tree, "16", "careful"]),
        .. more.Prepend(("s3sync", s3sync, [])).Select(one => new Contender(one.Item1, one.Item2, (tree, server, own) =>
            ["--once", "-i", "0", "-w", tree, "-b", Bucket, "--endpoint", server.Url, "--checksum", server.Checksum, "--ledger", Path.Join(own, "ledger.db"), .. one.Item3])),
        new("s5cmd", Find("s5cmd"), (tree, server, _) => ["--endpoint-url", server.Url, .. asTheyCome ? (string[])[] : ["--numworkers", "16"], "mv", tree + "/", $"s3://{Bucket}/{Path.GetFileName(tree)}/"]),
        new("rclone", Find("rclone"), (tree, server, _) => ["move", .. asTheyCome ? (string[])[] : ["--transfers", "16"], .. Rclone(tree, server)]),
        .. asTheyCome ? [new("rclone --transfers 32", Find("rclone"), (tree, server, _) => ["move", "--transfers", "32", .. Rclone(tree, server)])] : (Contender[])[],
        new("mc", Find("mc"), (tree, server, own) => ["--config-dir", MinioConfig(own, server), "mv", "--recursive", tree + "/", $"null/{Bucket}/{Path.GetFileName(tree)}/"]),
        // It cannot move: the files stay, and the last column says so.
        new("s3cmd", Find("s3cmd"), (tree, server, own) => ["--no-ssl", $"--host={new Uri(server.Url).Authority}", $"--host-bucket={new Uri(server.Url).Authority}", "--guess-mime-type", "put", "--recursive", tree + "/", $"s3://{Bucket}/{Path.GetFileName(tree)}/"]),
        new("aws", Find("aws"), (tree, server, _) => ["--endpoint-url", server.Url, "s3", "mv", "--recursive", "--only-show-errors", tree, $"s3://{Bucket}/{Path.GetFileName(tree)}"]),
    ];

    static string[] Rclone(string tree, IComparisonServer server) =>
        ["--s3-provider", "Other", "--s3-env-auth", "--s3-endpoint", server.Url, "--s3-no-check-bucket", tree, $":s3:{Bucket}/{Path.GetFileName(tree)}"];

    /// <summary>Credentials and region for all of them; no file of the user's is read. Empty: not to be set.</summary>
    public static readonly (string Name, string Value)[] Environment =
    [
        ("AWS_ACCESS_KEY_ID", "testaccesskey0000000"), ("AWS_SECRET_ACCESS_KEY", "testsecretkey00000000000000000000000000"), ("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"), ("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_CA_BUNDLE", ""),
    ];

    /// <summary>Where mc keeps the servers it knows: one, under the name it has in its arguments.</summary>
    static string MinioConfig(string own, IComparisonServer server)
    {
        var (access, secret) = (Environment[0].Value, Environment[1].Value);
        File.WriteAllText(Path.Join(own, "config.json"), $$"""{"version":"10","aliases":{"null":{"url":"{{server.Url}}","accessKey":"{{access}}","secretKey":"{{secret}}","api":"s3v4","path":"on"} } }""");
        return own;
    }

    /// <summary>What a peer says of itself; null of those that are made here.</summary>
    public string? Version()
    {
        if (Program is null || Name is "floor" or Careful || Name.Contains(' ') || Name.StartsWith("s3sync", StringComparison.Ordinal))
        {
            return null;
        }
        using var process = Process.Start(new ProcessStartInfo(Program, [Name is "s5cmd" or "rclone" ? "version" : "--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadLine() ?? "";
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var words = said.Split(' ');
        return words.FirstOrDefault(word => word.Any(char.IsAsciiDigit) && word != Name) is { } version ? $"{Name} {version[(version.LastIndexOf('/') + 1)..].TrimStart('v')}" : Name;
    }

    static string? Find(string name) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(directory => Path.Join(directory, name)).FirstOrDefault(File.Exists);
}
