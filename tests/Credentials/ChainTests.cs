using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Credentials;

/// <summary>When the chain asks for keys anew, and whom it lets wait.</summary>
public sealed class ChainTests
{
    readonly ManualTime clock = new();
    readonly List<TaskCompletionSource<IssuedKeys>> asked = [];
    int given;

    DateTime Now => clock.GetUtcNow().UtcDateTime;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A chain whose source is answered by the test.</summary>
    BucketChain Chain(IReadOnlyList<string>? files = null) => new(files ?? [], () => Task.FromResult(new BucketSource("the test", () =>
    {
        lock (asked)
        {
            asked.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            return asked[^1].Task;
        }
    }) { IsProfile = files is not null }), clock);

    int Count
    {
        get
        {
            lock (asked)
                return asked.Count;
        }
    }

    /// <summary>Waits for the source to be asked so often, and answers.</summary>
    async Task Give(int times, TimeSpan? lasts)
    {
        await Eventually.True(() => Count == times, () => $"asked {Count} times, not {times}", Cancel);
        asked[^1].SetResult(new(new($"key-{++given}", "secret", null), Now + lasts));
    }

    async Task Fail(int times, Exception why)
    {
        await Eventually.True(() => Count == times, () => $"asked {Count} times, not {times}", Cancel);
        asked[^1].SetException(why);
    }

    static async Task<string> Key(BucketChain chain) => (await chain.GetCredentialsAsync()).AccessKey;

    /// <summary>Asks until the key is that one: a renewal ends on a thread of its own.</summary>
    async Task Becomes(BucketChain chain, string key) => await Eventually.True(() => chain.GetCredentials().AccessKey == key, () => $"still {chain.GetCredentials().AccessKey}", Cancel);

    [Fact]
    public async Task ManyWhoWaitForTheFirstKeysAreOneQuestion()
    {
        var chain = Chain();
        var waiting = Task.WhenAll(Key(chain), Key(chain), Key(chain));
        await Give(1, null);
        Assert.Equal(["key-1", "key-1", "key-1"], await waiting);
        clock.Advance(TimeSpan.FromDays(1000));
        Assert.Equal("key-1", await Key(chain));
        Assert.Equal(1, Count);
    }

    [Theory]
    [InlineData(3600, 2700), InlineData(900, 675), InlineData(43_200, 42_300), InlineData(20, 15)]
    public async Task KeysAreRenewedAQuarterBeforeTheirEndAndAQuarterOfAnHourAtMostWithoutAnybodyWaiting(int lasts, int renewed)
    {
        var chain = Chain();
        var first = Key(chain);
        await Give(1, TimeSpan.FromSeconds(lasts));
        Assert.Equal("key-1", await first);
        clock.Advance(TimeSpan.FromSeconds(renewed - 1));
        Assert.Equal("key-1", await Key(chain));
        Assert.Equal(1, Count);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("key-1", await Key(chain));
        await Give(2, TimeSpan.FromSeconds(lasts));
        await Becomes(chain, "key-2");
        Assert.Equal(2, Count);
    }

    [Fact]
    public async Task AClockThatIsSetBackDoesNotEndAllAsking()
    {
        var chain = Chain();
        var first = Key(chain);
        await Fail(1, new HttpRequestException("no way"));
        await Assert.ThrowsAsync<BucketCredentialsException>(() => first);
        clock.SetBack(TimeSpan.FromDays(30));
        await UntilAsked(chain, 2);
        await Give(2, TimeSpan.FromHours(1));
        await Becomes(chain, "key-1");
    }

    [Fact]
    public async Task ARenewalThatFailsIsTriedAgainAndTheOldKeysAreGoodToTheirEnd()
    {
        var chain = Chain();
        var first = Key(chain);
        await Give(1, TimeSpan.FromSeconds(1000));
        await first;
        clock.Advance(TimeSpan.FromSeconds(760));
        for (var i = 2; i < 5; i++)
        {
            await UntilAsked(chain, i);
            Assert.Equal("key-1", await Key(chain));
            await Fail(i, new HttpRequestException("no way"));
        }
        clock.Advance(TimeSpan.FromSeconds(300));
        await UntilAsked(chain, 5);
        var late = Key(chain);
        await Fail(5, new HttpRequestException("no way"));
        var e = await Assert.ThrowsAsync<BucketCredentialsException>(() => late);
        Assert.True(e.IsPassing);
        Assert.Equal("no credentials: the test: the connection broke off (hint: it is asked again by and by; see the network, the proxy and the address)", e.Message);
        // Who asks in the next moment is told the same, and nobody else is asked.
        await Assert.ThrowsAsync<BucketCredentialsException>(() => Key(chain));
        Assert.Equal(5, Count);
        clock.Advance(TimeSpan.FromSeconds(4));
        var again = Key(chain);
        await Give(6, TimeSpan.FromHours(1));
        Assert.Equal("key-2", await again);
    }

    /// <summary>Asks, second by second of its clock, until the source is asked: a renewal that failed ends on a thread of its own, and the next begins seconds later.</summary>
    async Task UntilAsked(BucketChain chain, int times) => await Eventually.True(() =>
    {
        if (Count < times)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            _ = chain.GetCredentialsAsync().ContinueWith(task => task.Exception, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        return Count == times;
    }, () => $"asked {Count} times, not {times}", Cancel);

    [Fact]
    public async Task KeysThatS3RefusedAreReplacedBeforeTheNextRequestButNotAllTheTime()
    {
        var chain = Chain();
        var first = Key(chain);
        await Give(1, null);
        await first;
        clock.Advance(TimeSpan.FromSeconds(10));
        chain.Note(Fault.Credentials);
        var next = Key(chain);
        await Give(2, null);
        Assert.Equal("key-2", await next);
        // A request that was under way with the old ones.
        chain.Note(Fault.Credentials);
        Assert.Equal("key-2", await Key(chain));
        Assert.Equal(2, Count);
        clock.Advance(TimeSpan.FromSeconds(4));
        next = Key(chain);
        await Fail(3, new InvalidOperationException("taken away"));
        Assert.Contains("taken away", (await Assert.ThrowsAsync<BucketCredentialsException>(() => next)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherFaultsAreNotTheKeys()
    {
        var chain = Chain();
        var first = Key(chain);
        await Give(1, TimeSpan.FromHours(1));
        await first;
        foreach (var fault in Enum.GetValues<Fault>())
        {
            if (fault is not Fault.Credentials)
                chain.Note(fault);
        }
        Assert.Equal("key-1", await Key(chain));
        Assert.Equal(1, Count);
        // Denied for more than a minute, a role may have had its sessions revoked.
        clock.Advance(TimeSpan.FromMinutes(2));
        chain.Note(Fault.Refused);
        Assert.Equal("key-1", await Key(chain));
        await Give(2, TimeSpan.FromHours(1));
        await Becomes(chain, "key-2");
    }

    [Fact]
    public async Task AFileThatChangedIsReadAgainAFewSecondsLater()
    {
        using var place = new TemporaryDirectory();
        var file = place["credentials"];
        var chain = Chain([place["config"], file]);
        var first = Key(chain);
        await Give(1, null);
        await first;
        await File.WriteAllTextAsync(file, "other", Cancel);
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("key-1", await Key(chain));
        await Give(2, null);
        await Becomes(chain, "key-2");
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("key-2", await Key(chain));
        Assert.Equal(2, Count);
    }

    [Fact]
    public async Task ASourceThatNeverAnswersFailsInAMinute()
    {
        var chain = Chain();
        var first = Key(chain);
        await Eventually.True(() => Count == 1 && clock.Waiting == 1, () => $"{clock.Waiting} timers", Cancel);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True((await Assert.ThrowsAsync<BucketCredentialsException>(() => first)).IsPassing);
        // It is not asked once more beside itself, and what it says in the end counts.
        clock.Advance(TimeSpan.FromSeconds(4));
        var second = Key(chain);
        await Give(1, null);
        Assert.Equal("key-1", await second);
    }
}
