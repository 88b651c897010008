using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Operator;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>The published program, and an authority it is told to trust.</summary>
public abstract class EndpointTest : OperatorTest
{
    /// <summary>A name that nobody can resolve: who reaches it went through the proxy.</summary>
    private protected const string Nowhere = "s3.test.invalid";

    private protected TestAuthority Authority { get; } = new();

    /// <summary>The options of a run over the scene, but with this endpoint; null for AWS.</summary>
    private protected string[] At(string? endpoint, string? bucket = null)
    {
        var file = Path.Combine(Scene.Place, "ca.pem");
        File.WriteAllText(file, Authority.Pem);
        return
        [
            "-w", Scene.Root, "-b", bucket ?? Scene.Bucket, "--ledger", Scene.Ledger, "-i", "0.2", "-s", "5", "--ca-file", file,
            .. endpoint is null ? [] : (string[])["--endpoint", endpoint],
            .. endpoint is not null && endpoint.StartsWith("http:", StringComparison.Ordinal) ? (string[])["--allow-http"] : [],
        ];
    }

    /// <summary>A file that goes in one request and one that goes in parts.</summary>
    private protected void WriteBoth()
    {
        Scene.Write("small.dat", 1000);
        Scene.Write("large.dat", (5 << 20) + 7);
    }

    /// <summary>Waits until no file is left, and asserts that this bucket holds all of them, byte for byte.</summary>
    private protected async Task AssertMoved(string? bucket = null, S3Server? server = null)
    {
        await Eventually.True(() => Scene.Files().Length == 0, () => string.Join(' ', Scene.Files()), Cancel);
        var objects = (server ?? Server).Objects(bucket ?? Scene.Bucket);
        Assert.Equal(Scene.Expected.Keys.Select(Scene.Key).Order(StringComparer.Ordinal), objects.Keys.Order(StringComparer.Ordinal));
        foreach (var (path, file) in Scene.Expected)
            Assert.True(objects[Scene.Key(path)].Bytes() is var bytes && bytes.LongLength == file.Size && Pattern.Matches(file.Seed, 0, bytes), path);
    }

    /// <summary>Runs to the end, which must be a good one, with every file moved.</summary>
    private protected async Task<ProgramRun> Moves(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? bucket = null, S3Server? server = null)
    {
        var run = Scene.StartWith(arguments.Concat(["--once", "--patience", "20"]), environment);
        await Scene.AssertExit(run, 0);
        await AssertMoved(bucket, server);
        return run;
    }
}
