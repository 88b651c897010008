using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What is made of a watched directory that is another one than before.</summary>
public sealed class RootGuardTests : IDisposable
{
    static readonly RootIdentity Former = new(1, 11, 2), Same = new(1, 12, 2), OtherVolume = new(3, 11, 2), OtherDirectory = new(1, 11, 3);

    readonly TemporaryDirectory place = new();
    readonly CapturedLog log = new();
    readonly ManualTime time = new();
    readonly ToldDisk disk;
    readonly Root root;
    readonly RootGuard guard;

    public RootGuardTests()
    {
        root = new(0, place.Path, "bucket", "in");
        disk = new(Platform.OpenDisk([place.Path])) { Answer = Former };
        guard = new([root], disk, time, log);
    }

    public void Dispose() => place.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnotherVolumeOrDirectoryIsSaidOnceUntilTheFormerOneIsBack(bool volume)
    {
        Assert.Null(guard.WhyNot(0));
        disk.Answer = volume ? OtherVolume : OtherDirectory;
        for (var i = 0; i < 3; i++)
            Assert.Contains("another volume or directory", guard.WhyNot(0, afresh: true), StringComparison.Ordinal);
        Assert.Equal(1, log.Count("nothing is deleted below"));
        Assert.Equal(time.Milliseconds, guard.SuspendedFrom(0));
        // What was there before counts, and not what is there meanwhile.
        Assert.Equal(Former, guard.Of(0)!.Value.Identity);
        time.Advance(TimeSpan.FromSeconds(90));
        disk.Answer = Same;
        Assert.Null(guard.WhyNot(0, afresh: true));
        Assert.Equal((0, 1), (guard.SuspendedFrom(0), log.Count("is as it was")));
        // The system calls the volume by another number now, and its files as well.
        Assert.Equal(Same.Device, guard.VolumeOf(0, time.Milliseconds));
    }

    [Fact]
    public void WhatCannotBeReachedIsNoOther()
    {
        Assert.Null(guard.WhyNot(0));
        disk.Answer = null;
        Assert.Null(guard.WhyNot(0, afresh: true));
        Assert.Equal(0, guard.SuspendedFrom(0));
    }

    [Fact]
    public void WhatAnEarlierRunUploadedFromTheSameDirectoryNeedNotBeReadAgain()
    {
        guard.Was(0, Former with { Device = RootIdentity.NoDevice }, since: 5);
        Assert.Null(guard.WhyNot(0));
        Assert.Equal((Former, 5L), guard.Of(0));
        Assert.Equal((RootIdentity.NoDevice, Former.Device, 0), (guard.VolumeOf(0, 4), guard.VolumeOf(0, 5), log.Count("than in the last run")));
    }

    [Fact]
    public void WhatWasUploadedFromAnotherOneMustBe()
    {
        guard.Was(0, OtherVolume, since: 5);
        Assert.Null(guard.WhyNot(0));
        var now = time.Milliseconds;
        Assert.Equal((Former, now), guard.Of(0));
        Assert.Equal((RootIdentity.NoDevice, Former.Device, 1), (guard.VolumeOf(0, now - 1), guard.VolumeOf(0, now), log.Count("than in the last run")));
    }

    [Fact]
    public void AOneThatWasNeverSeenHasNoVolume() => Assert.Equal(RootIdentity.NoDevice, guard.VolumeOf(0, long.MaxValue));

    [Fact]
    public async Task TheLedgersThreadDoesNotWaitForAShareThatDoesNotAnswer()
    {
        Assert.Null(guard.WhyNot(0));
        using ManualResetEventSlim answers = new();
        disk.Wait = answers;
        var looks = Task.Run(() => guard.WhyNot(0, afresh: true), TestContext.Current.CancellationToken);
        await Eventually.True(() => disk.IsAsked, () => "nobody looks", TestContext.Current.CancellationToken);
        Assert.Equal(Former.Device, guard.VolumeOf(0, time.Milliseconds));
        Assert.Equal(Former, guard.Of(0)!.Value.Identity);
        Assert.False(looks.IsCompleted);
        answers.Set();
        Assert.Null(await looks);
    }

    [Fact]
    public void ADirectoryIsItselfAndNoOther()
    {
        var real = Platform.OpenDisk([place.Path]);
        Directory.CreateDirectory(place["a"]);
        Directory.CreateDirectory(place["b"]);
        Assert.True(real.Identify(place["a"], out var a).Ok);
        Assert.True(real.Identify(place["b"], out var b).Ok);
        Assert.True(real.Identify(place["a"], out var again).Ok);
        Assert.Equal(a, again);
        Assert.Equal((a.Volume, a.Device), (b.Volume, b.Device));
        Assert.NotEqual(0UL, a.Device);
        var path = Path.Combine(place["a"], "file");
        File.WriteAllText(path, "");
        Assert.True(real.Open(path, out var file).Ok);
        using (file)
            Assert.Equal(a.Device, file!.Volume);
        Assert.False(real.Identify(path, out _).Ok);
        Assert.False(real.Identify(place["nowhere"], out _).Ok);
    }

    /// <summary>The disk of this system, but for what it tells of directories.</summary>
    sealed class ToldDisk(IDisk disk) : IDisk
    {
        int asked;

        public RootIdentity? Answer { get; set; }

        public ManualResetEventSlim? Wait { get; set; }

        public bool IsAsked => Wait is not null && Volatile.Read(ref asked) > 1;

        public AccessResult Identify(string directory, out RootIdentity identity)
        {
            Interlocked.Increment(ref asked);
            Wait?.Wait(TestContext.Current.CancellationToken);
            identity = Answer ?? default;
            return new(Answer is null ? Access.Denied : Access.Ok);
        }

        public AccessResult Open(string path, out SourceFile? file) => disk.Open(path, out file);

        public AccessResult Look(string path, out Stamp stamp) => disk.Look(path, out stamp);

        public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume) => disk.Delete(path, expected, open, volume);

        public AccessResult RemoveEmpty(string directory, TimeSpan untouched) => disk.RemoveEmpty(directory, untouched);

        public AccessResult List(string directory, Action<S3Sync.Sync.Entry> each) => disk.List(directory, each);
    }
}
