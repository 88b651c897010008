using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>A scene, a local S3 server, and the published program to be asked about them.</summary>
public abstract class OperatorTest : IAsyncLifetime
{
    private protected Scene Scene { get; private set; } = null!;

    private protected S3Server Server { get; private set; } = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Publishing takes minutes: TESTS_EXE names the program of another build, to try a change at once.
        var exe = Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        Server = await S3Server.Start();
        Scene = await Scene.Open(exe, Server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (Scene is not null)
        {
            await Scene.DisposeAsync();
            await Server.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a command to its end; returns what it said after the exit code was asserted.</summary>
    private protected async Task<string> Ask(int expected, params IEnumerable<string> arguments)
    {
        var run = Scene.StartWith(arguments);
        await Scene.AssertExit(run, expected);
        return run.Output;
    }

    /// <summary>The ledger's place as an option.</summary>
    private protected string[] AtLedger => ["--ledger", Scene.Ledger];
}
