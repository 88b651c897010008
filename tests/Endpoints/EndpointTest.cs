using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Operator;
using S3Sync.Tests.Support;

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

    /// <summary>Runs to the end, which must be a good one, with every file moved.</summary>
    private protected async Task<ProgramRun> Moves(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var run = Scene.StartWith(arguments.Concat(["--once", "--patience", "20"]), environment);
        await Scene.AssertExit(run, 0);
        await Scene.AssertAllMoved();
        return run;
    }
}
