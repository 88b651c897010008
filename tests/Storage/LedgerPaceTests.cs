using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What was uploaded in the last minute and hour, as the ledger tells it.</summary>
public sealed class LedgerPaceTests : IDisposable
{
    const long Step = LedgerPace.StepInMilliseconds;
    static readonly Receipt SomeReceipt = new(ChecksumKind.Md5, "abc", "abc", null);

    readonly TemporaryDirectory directory = new();

    string Path => directory["ledger.db"];

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TheLatestHourIsCountedAsItWasAndNothingBefore(int seed)
    {
        var random = new Random(seed);
        List<(int Root, long Time, long Bytes)> uploads = [];
        int[] roots;
        var time = 1_000 * Step;
        using (var ledger = Ledger.Open(Path))
        {
            roots = [ledger.RootId("/a"), ledger.RootId("/b")];
            var target = ledger.TargetId("bucket", "in");
            for (var i = 0; i < 2_000; i += random.Next(1, 20))
            {
                ledger.Begin();
                for (var file = random.Next(1, 20); file > 0; file--)
                {
                    var (root, bytes) = (roots[random.Next(2)], random.NextInt64(1000));
                    var path = $"{uploads.Count}";
                    ledger.Add(root, path, time, time);
                    ledger.SetUploaded(root, path, time, time, new(1, bytes, 1, 1), target, SomeReceipt);
                    uploads.Add((root, time, bytes));
                    time += random.NextInt64(Step);
                }
                ledger.Commit();
                time += random.Next(10) == 0 ? random.NextInt64(30 * Step) : 0;
            }
        }
        using var reader = LedgerReader.Open(Path)!;
        var figures = new LedgerFigures(reader);
        var now = uploads[^1].Time / Step;
        foreach (var since in (long[])[now, now - 5, now - 100, now - LedgerPace.StepsInHour + 1])
            foreach (var root in roots)
                Assert.Equal(Expected(root, since), figures.PaceSince(root, since));

        PaceSum Expected(int root, long since)
        {
            var counted = uploads.Where(upload => upload.Root == root && upload.Time / Step >= since).ToList();
            return new(counted.Count, counted.Sum(upload => upload.Bytes));
        }
    }

    [Fact]
    public void HowLongItRunsItKeepsAnHour()
    {
        using (var ledger = Ledger.Open(Path))
        {
            var (root, target) = (ledger.RootId("/a"), ledger.TargetId("bucket", "in"));
            ledger.Begin();
            for (var step = 0; step < 3 * LedgerPace.StepsInHour; step++)
            {
                ledger.Add(root, $"{step}", step * Step, 1);
                ledger.SetUploaded(root, $"{step}", step * Step, 1, new(1, 1, 1, 1), target, SomeReceipt);
            }
            ledger.Commit();
        }
        using var reader = LedgerReader.Open(Path)!;
        Assert.Equal(new PaceSum(LedgerPace.StepsInHour, LedgerPace.StepsInHour), new LedgerFigures(reader).PaceSince(1, 0));
    }
}
