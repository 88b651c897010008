using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Windows;

/// <summary>What an operator asks, of the executable for Windows.</summary>
public sealed partial class WineTests
{
    const string Before = "2024-03-01 10:20:30";

    [Fact]
    public async Task WhatTheFormerProgramUploadedIsTakenOverUnderEitherSpellingAndNotUploadedAgain()
    {
        // On Windows it made keys with '\' until that was mended there.
        foreach (var key in (string[])["in/slash.dat", @"in\sub\backslash.dat"])
            await scene.View.Put(key, [1, 2, 3], Cancel);
        await Here("in/here.dat", "here.dat");
        await Here(@"in\sub\here.dat", "sub/here.dat");
        scene.Write("claimed.dat", 100);
        scene.Write("sub/pending.dat", 100);
        var former = Path.Combine(scene.Place, "db.sqlite3");
        FormerLedger.Make(former,
        [
            // Canonical, as it wrote them, and plain.
            (Canonical("slash.dat"), Before, Before), (Canonical("sub/backslash.dat"), Before, Before), (Canonical("here.dat"), Before, null),
            (Windows("sub/here.dat"), Before, null), (Windows("claimed.dat"), Before, null), (Canonical("sub/pending.dat"), null, null),
        ]);
        var said = await Ask(0, ["import", "--from", WineExe.WindowsPath(former), .. scene.Arguments]);
        foreach (var line in (string[])["2  in the bucket and gone from here", "2  in the bucket, and here with the same bytes", "1  called uploaded, but not in the bucket", "1  not uploaded yet"])
            Assert.Contains(line, said);
        Assert.Equal(4, scene.Files().Length);
        Assert.Equal(["in/claimed.dat", "in/sub/pending.dat"], await KeysOfADrain());
        Assert.Empty(scene.Files());
        Assert.Equal([@"in\sub\backslash.dat", @"in\sub\here.dat", "in/claimed.dat", "in/here.dat", "in/slash.dat", "in/sub/pending.dat"],
            server.Objects(scene.Bucket).Keys.OrderBy(key => !key.Contains('\\')).ThenBy(key => key, System.StringComparer.Ordinal));
        Assert.All(LedgerRows.All(scene.Ledger), row => Assert.Equal(Stage.Deleted, row.Stage));
        Assert.Equal(6, LedgerRows.All(scene.Ledger).Count);
        Assert.Contains("6 good", await Ask(0, ["verify", "--endpoint", scene.Url, .. AtLedger]));
        Assert.Contains(Windows(@"sub\here.dat"), await Ask(0, ["explain", $@"s3://{scene.Bucket}/in\sub\here.dat", .. AtLedger]));
    }

    [Fact]
    public async Task ALedgerThatWasLostIsMadeAnewFromTheBucketAndNothingIsLostOrUploadedTwice()
    {
        for (var i = 0; i < 30; i++)
            scene.Write($"sub {i % 3}/{i}.dat", 1000 + i);
        scene.Write("large.dat", (8 << 20) + 5);
        await scene.Drain();
        for (var i = 0; i < 5; i++)
            scene.Write($"kept/{i}.dat", 1000 + i);
        await scene.Drain(more: "--keep");
        Directory.Delete(Path.GetDirectoryName(scene.Ledger)!, recursive: true);
        for (var i = 0; i < 3; i++)
            scene.Write($"new/{i}.dat", 1000 + i);

        var said = await Ask(0, ["rebuild", .. scene.Arguments]);
        Assert.Contains("31  recorded as uploaded and gone from here", said);
        Assert.Contains("5  recorded as uploaded and still here", said);
        Assert.Equal(8, scene.Files().Length);
        Assert.Equal(["in/new/0.dat", "in/new/1.dat", "in/new/2.dat"], await KeysOfADrain());
        Assert.Empty(scene.Files());
        var judgement = await scene.Judge();
        Assert.Equal((0, 39, 39), (judgement.Left, judgement.InBucket, judgement.Receipts));
        // Of what was gone the new ledger cannot have the digest that was sent, only the ETag.
        Assert.DoesNotContain(judgement.Wrongs, wrong => !wrong.Contains(" bytes and , the bucket ", System.StringComparison.Ordinal));
        Assert.Contains("39 good", await Ask(0, ["verify", "--endpoint", scene.Url, .. AtLedger]));
    }

    [Fact]
    public async Task CommandsAnswerBesideARun()
    {
        await scene.View.Put("in/taken.dat", [1, 2, 3], Cancel);
        scene.Write("taken.dat", 1000);
        var run = scene.Start();
        await run.WaitForLine("parked", Scene.Limit);
        Assert.Contains("ok       proof", await Ask(0, ["check", .. scene.Arguments]));
        Assert.Contains("running for ", await Ask(0, ["status", .. AtLedger]));
        await Eventually.True(() => LedgerRows.Count(scene.Ledger, "parked IS NOT NULL") == 1, () => run.Output, Cancel);
        Assert.Contains($"{Windows("taken.dat")}: conflict: ", await Ask(0, ["list", "--parked", .. AtLedger]));
        foreach (var operand in (string[])[Windows("taken.dat"), $"s3://{scene.Bucket}/in/taken.dat"])
            Assert.Contains("compare it with the object", await Ask(0, ["explain", operand, .. AtLedger]));
        // Whoever has it open is not known under Wine, which must do no harm.
        await using (new FileStream(scene.FullPath("taken.dat"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            Assert.Contains("1,000 bytes", await Ask(0, ["explain", Windows("taken.dat"), .. AtLedger]));
        await Stop(run);
    }

    /// <summary>Drains; returns the keys that were written, or tried to be, in their order.</summary>
    async Task<string[]> KeysOfADrain()
    {
        ConcurrentDictionary<string, bool> keys = [];
        void Note(S3Request request)
        {
            if (request.Operation is S3Operation.PutObject or S3Operation.CreateMultipartUpload)
                keys[request.Key] = true;
        }
        server.Arrived += Note;
        await scene.Drain();
        server.Arrived -= Note;
        return [.. keys.Keys.Order(System.StringComparer.Ordinal)];
    }

    /// <summary>What the former program uploaded and had not deleted yet.</summary>
    async Task Here(string key, string path)
    {
        byte[] bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * path.Length))];
        await scene.View.Put(key, bytes, Cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(scene.FullPath(path))!);
        await File.WriteAllBytesAsync(scene.FullPath(path), bytes, Cancel);
    }

    string Windows(string path) => WineExe.WindowsPath(scene.FullPath(path));

    string Canonical(string path) => @"\\?\" + Windows(path);

    string[] AtLedger => ["--ledger", WineExe.WindowsPath(scene.Ledger)];

    async Task<string> Ask(int expected, IEnumerable<string> arguments)
    {
        var run = scene.StartWith(arguments);
        await Scene.AssertExit(run, expected);
        return run.Output;
    }
}
