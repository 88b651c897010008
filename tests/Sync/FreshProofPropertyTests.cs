using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>
/// Runs with time, other settings and other surroundings between them, in any order: no content is ever on neither side unless somebody else took it
/// out of the bucket after its deletion here, and in the end everything is in the bucket.
/// </summary>
public sealed class FreshProofPropertyTests
{
    static readonly string[] Buckets = ["bucket", "production"], Prefixes = ["in", "alt"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public enum Step { Write, Run, Keep, KeepForADay, Cut, OtherBucket, OtherPrefix, EmptyBuckets, TakeOneObject, Pause, ClockBack, ClockForth, TakeAway, BringBack, Reupload, Release }

    static readonly Gen<(Step Step, int Size)[]> Story = Gen.Select(Gen.Enum<Step>(), Gen.Int[1, 20]).Array[3, 18];

    [Fact]
    public Task NoContentIsEverOnNeitherSide() => Story.SampleAsync(PlayAsync, iter: 60, threads: 1, print: story => string.Join(", ", story.Select(one => $"{one.Step} {one.Size}")));

    static async Task PlayAsync((Step Step, int Size)[] story)
    {
        await using var world = await World.OpenAsync();
        foreach (var (step, size) in story)
        {
            await world.DoAsync(step, size);
            world.AssertNothingIsLost();
        }
        await world.DoAsync(Step.BringBack, 0);
        await world.DoAsync(Step.Run, 0);
        await world.DoAsync(Step.Reupload, 0);
        await world.DoAsync(Step.Pause, 20);
        await world.DoAsync(Step.Run, 0);
        world.AssertNothingIsLost();
        world.AssertAllIsMoved();
    }

    /// <summary>A watched directory with a volume in it, two buckets, a clock, and what was ever written.</summary>
    sealed class World : IAsyncDisposable
    {
        readonly PipelineStand stand;
        readonly ManualTime time = new();
        readonly Dictionary<string, byte[]> written = [];
        // Deleted here while a bucket had it, and taken out of there by somebody else since.
        readonly HashSet<string> consumed = [];
        int count;

        World(PipelineStand stand) => this.stand = stand;

        string Volume => stand.Root.FullPath("volume");

        string Away => Path.Join(Path.GetDirectoryName(stand.Root.Path), "away");

        public static async Task<World> OpenAsync()
        {
            var stand = await PipelineStand.Start(isAws: true);
            stand.Server.CreateBucket(Buckets[1]);
            var world = new World(stand);
            Directory.CreateDirectory(world.Volume);
            return world;
        }

        public async Task DoAsync(Step step, int size)
        {
            switch (step)
            {
                case Step.Write:
                    Write(size);
                    break;
                case Step.Run:
                    await stand.DrainAsync(Cancel, clock: time);
                    break;
                case Step.Keep:
                    await stand.DrainAsync(Cancel, rules => rules with { Keep = true }, time);
                    break;
                case Step.KeepForADay:
                    await stand.DrainAsync(Cancel, rules => rules with { KeepFor = TimeSpan.FromDays(1) }, time);
                    break;
                case Step.Cut:
                    await using (stand.Run(clock: time))
                    {
                    }
                    break;
                case Step.OtherBucket:
                    stand.Roots[0] = stand.Root with { Bucket = Buckets[size % 2] };
                    break;
                case Step.OtherPrefix:
                    stand.Roots[0] = stand.Root with { Prefix = Prefixes[size % 2] };
                    break;
                case Step.EmptyBuckets:
                    await TakeAsync(int.MaxValue);
                    break;
                case Step.TakeOneObject:
                    await TakeAsync(1);
                    break;
                case Step.Pause:
                    time.Advance(TimeSpan.FromHours(size));
                    break;
                case Step.ClockBack:
                    time.SetBack(TimeSpan.FromHours(size * size));
                    break;
                case Step.ClockForth:
                    time.SetBack(-TimeSpan.FromHours(size * size));
                    break;
                case Step.TakeAway when Directory.Exists(Volume):
                    Directory.Move(Volume, Away);
                    break;
                case Step.BringBack when Directory.Exists(Away):
                    Directory.Move(Away, Volume);
                    break;
                case Step.Reupload or Step.Release:
                    Ask(step == Step.Reupload ? OperatorVerb.Reupload : OperatorVerb.Release);
                    break;
                default:
                    break;
            }
        }

        public void AssertNothingIsLost()
        {
            var there = There();
            foreach (var (path, bytes) in written)
                Assert.True(Here(path) is { } here ? here.SequenceEqual(bytes) : consumed.Contains(path) || there.Contains(Fingerprint.Of(bytes)), $"lost: {path}\n{stand.Log}");
        }

        public void AssertAllIsMoved()
        {
            var left = written.Keys.Where(path => Here(path) is not null).ToList();
            Assert.True(left.Count == 0, $"still here: {string.Join(", ", left.Select(path => LedgerRows.Of(stand.Ledger, path)))}\n{stand.Log}");
        }

        public ValueTask DisposeAsync() => stand.DisposeAsync();

        void Write(int size)
        {
            for (var i = 0; i < size; i++)
            {
                var path = i % 2 == 1 && Directory.Exists(Volume) ? $"volume/{count++}" : $"{count++}";
                written[path] = PipelineStand.Bytes(10 + size, seed: count);
                File.WriteAllBytes(stand.Root.FullPath(path), written[path]);
            }
        }

        async Task TakeAsync(int most)
        {
            var there = There();
            foreach (var (path, bytes) in written)
                if (Here(path) is null && there.Contains(Fingerprint.Of(bytes)))
                    consumed.Add(path);
            foreach (var bucket in Buckets)
                foreach (var key in stand.Server.Objects(bucket).Keys.Take(most).ToList())
                    await new SignedRequest(stand.Server.Url, "DELETE", bucket, key).Send(Cancel);
        }

        void Ask(OperatorVerb verb)
        {
            using var ledger = Ledger.Open(stand.Ledger);
            ledger.Begin();
            foreach (var id in ledger.RootIds(null))
                foreach (var choice in (OperatorChoice[])[OperatorChoice.Unconfirmed, OperatorChoice.Elsewhere])
                    ledger.Do(OperatorRequest.Of(verb, choice), id, time.Milliseconds, _ => false);
            ledger.Commit();
        }

        HashSet<Fingerprint> There() => [.. Buckets.SelectMany(bucket => stand.Server.Objects(bucket).Values).Select(Fingerprint.Of)];

        byte[]? Here(string path)
        {
            foreach (var place in (string[])[stand.Root.FullPath(path), path.StartsWith("volume/", StringComparison.Ordinal) ? Path.Join(Away, path[7..]) : ""])
                if (File.Exists(place))
                    return File.ReadAllBytes(place);
            return null;
        }
    }
}
