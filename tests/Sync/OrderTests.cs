using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Sync;

/// <summary>Which of the files that wait goes first.</summary>
public sealed class OrderTests
{
    const int Files = 60;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(Order.Oldest))]
    [InlineData(nameof(Order.Newest))]
    [InlineData(nameof(Order.Largest))]
    [InlineData(nameof(Order.Smallest))]
    public async Task ABacklogIsUploadedInTheOrderAskedFor(string order)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        List<(string Key, long Length)> sent = [];
        stand.Server.Arrived += request =>
        {
            if (request.Operation == S3Operation.PutObject)
            {
                lock (sent)
                    sent.Add((request.Key, request.Length ?? 0));
            }
        };
        var release = new TaskCompletionSource();
        stand.Server.Faults.Add(Fault.Stall(release.Task).On(S3Operation.PutObject));
        var now = DateTime.UtcNow;
        for (var i = 0; i < Files; i++)
        {
            // Neither the names nor the sizes are in the order of the ages.
            var path = stand.Write($"{i * 37 % Files}", PipelineStand.Bytes(100 + i * 23 % Files * 8));
            File.SetLastWriteTimeUtc(path, now.AddMinutes(-2 - i));
        }
        await using var running = stand.Run(rules => rules with { Order = Enum.Parse<Order>(order), Uploaders = 1 });
        await Eventually.True(() => running.Pipeline.Tally.Found == Files, stand.Log.ToString, Cancel);
        release.SetResult();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == Files, stand.Log.ToString, Cancel);
        await running.StopAsync();
        stand.Oracle.Check();
        var ages = Enumerable.Range(0, Files).ToDictionary(i => $"in/{i * 37 % Files}");
        // What was handed out before all were found could not be in order.
        var seen = sent.Skip(3).Select(one => order is nameof(Order.Oldest) or nameof(Order.Newest) ? ages[one.Key] : one.Length).ToList();
        Assert.Equal(order is nameof(Order.Oldest) or nameof(Order.Largest) ? seen.OrderDescending() : seen.Order(), seen);
    }

    [Fact]
    public void EveryFileIsDueAtOnceAndNoneBeforeOneThatGoesFirst() =>
        Gen.Select(Gen.Enum<Order>(), Gen.Long[0, 5L << 40], Gen.Long[0, 5L << 40], Gen.Long[900_000_000_000, 1_900_000_000_000], Gen.Long[900_000_000_000, 1_900_000_000_000])
            .Sample((order, size, otherSize, written, otherWritten) =>
            {
                const long now = 1_900_000_000_000;
                var due = Orders.DueOf(order, new(1, size, written * 1_000_000, 1), now);
                var other = Orders.DueOf(order, new(2, otherSize, otherWritten * 1_000_000, 2), now);
                Assert.InRange(due, 0, now);
                var isFirst = order switch
                {
                    Order.Oldest => written < otherWritten,
                    Order.Newest => written > otherWritten + 1,
                    Order.Largest => size > otherSize + 8,
                    Order.Smallest => size < otherSize - 8,
                    _ => false,
                };
                Assert.True(!isFirst || due <= other);
            });
}
