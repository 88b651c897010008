using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Conditions = S3Sync.Tests.Support.S3.Conditions;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Sync;

/// <summary>Invariant 7 on servers made by chance: whatever they make of the condition, of a look and of a removal, no object that was there is replaced, and no file is lost.</summary>
public sealed class NeverOverwritePropertyTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What the server answers to a look at a key.</summary>
    enum Look { Sees, Forbidden, Bad }

    /// <summary>A file, and what is under its key before.</summary>
    enum Before { Nothing, Other, OtherLength, Same }

    /// <summary>How a server behaves to an account.</summary>
    sealed record Server(Conditions OnPut, Conditions OnComplete, Compat Compat, bool MayDelete, bool MayTry, bool IsTroubled, int Uploaders, int Seed);

    static readonly Gen<Server> Servers = Gen.Select(
        Gen.Enum<Conditions>(), Gen.Enum<Conditions>(), Gen.Enum<Compat>(), Gen.Bool, Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))), Gen.Bool, Gen.OneOf(Gen.Const(1), Gen.Const(4), Gen.Const(16)), Gen.Int[0, 1_000_000])
        .Select((put, complete, compat, delete, attempt, trouble, uploaders, seed) => new Server(put, complete, compat, delete, attempt, trouble, uploaders, seed));

    static readonly Gen<(bool IsLarge, Before Before, Look Look)[]> Files = Gen.Select(
        Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))), Gen.Enum<Before>(), Gen.Frequency((2, Gen.Const(Look.Sees)), (3, Gen.Const(Look.Forbidden)), (1, Gen.Const(Look.Bad)))).Array[3, 24];

    [Fact]
    public Task NoObjectThatWasThereIsReplaced() => Gen.Select(Servers, Files).SampleAsync(async made =>
    {
        var (server, files) = made;
        await using var stand = await PipelineStand.Start(Profile.Aws with { OnPut = server.OnPut, OnComplete = server.OnComplete }, compat: server.Compat);
        var view = new BucketView(stand.Server.Url, "bucket");
        for (var i = 0; i < files.Length; i++)
            await MakeAsync(stand, view, $"{i}", files[i].IsLarge, files[i].Before, i);
        Behave(stand.Server, server, files);
        await using (var running = stand.Run(rules => rules with { Uploaders = server.Uploaders, Patience = TimeSpan.FromSeconds(1) }))
        {
            await SaidOfAllAsync(stand, files.Length);
            await running.StopAsync();
        }
        stand.Oracle.Check();
        if (server is not { OnPut: Conditions.Honoured, OnComplete: Conditions.Honoured, MayTry: true, IsTroubled: false })
            return;
        // Where the server protects what is there, nobody waits.
        var objects = stand.Server.Objects("bucket");
        Assert.All(Enumerable.Range(0, files.Length), i => Assert.True(objects.ContainsKey($"in/{i}"), $"{i}: {files[i]}\n{stand.Log}"));
    }, iter: 40, threads: 2);

    static async Task MakeAsync(PipelineStand stand, BucketView view, string name, bool isLarge, Before before, int seed)
    {
        var length = isLarge ? PipelineStand.PartSize + 100 + seed : 500 + seed;
        var bytes = PipelineStand.Bytes(length, seed);
        if (before != Before.Nothing)
        {
            var there = before switch
            {
                Before.Same => bytes,
                Before.Other => PipelineStand.Bytes(length, seed + 1000),
                _ => PipelineStand.Bytes(length - 1, seed + 1000),
            };
            await view.Put($"in/{name}", there, Cancel);
            stand.Oracle.Foreign("bucket", $"in/{name}", there);
        }
        stand.Write(name, bytes);
    }

    static void Behave(S3Server server, Server made, (bool IsLarge, Before Before, Look Look)[] files)
    {
        foreach (var (look, status) in ((Look, int)[])[(Look.Forbidden, 403), (Look.Bad, 400)])
        {
            HashSet<string> keys = [.. Enumerable.Range(0, files.Length).Where(i => files[i].Look == look).Select(i => $"in/{i}")];
            server.Faults.Add(Fault.Answer(status, "AccessDenied").Where(request => request.Operation is S3Operation.HeadObject or S3Operation.GetObject && keys.Contains(request.Key)));
        }
        if (!made.MayDelete)
            server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.DeleteObject));
        if (!made.MayTry)
            server.Faults.Add(Fault.Answer(403, "AccessDenied").Where(request => request.Operation == S3Operation.PutObject && request.Key.Contains(Oracle.Probe, StringComparison.Ordinal)));
        if (!made.IsTroubled)
            return;
        var random = new Random(made.Seed);
        foreach (var fault in (Fault[])[Fault.LoseAnswer(), Fault.Answer(503, "SlowDown"), Fault.Answer(409, "ConditionalRequestConflict"), Fault.Answer(501, "NotImplemented"), Fault.HalfRequest()])
        {
            // Faults asks one request at a time, so the dice need no lock.
            var dice = new Random(random.Next());
            server.Faults.Add(fault.Where(request => request.Operation is not S3Operation.HeadObject && dice.Next(12) == 0));
        }
    }

    /// <summary>Waits until each file is done, or something is said of it; not for ever, as faults of the endpoint are said of no file.</summary>
    static async Task SaidOfAllAsync(PipelineStand stand, int files)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await Eventually.True(() => LedgerRows.All(stand.Ledger).Count(row => row.Deleted is not null || row.Error is not null) == files, () => "", limit.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
        }
    }
}
