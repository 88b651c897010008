using System;
using System.Linq;
using Microsoft.Extensions.Logging;
using S3Sync.Sync;
using S3Sync.Sync.Voice;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync.Voice;

/// <summary>The same failure is said once and then counted once a minute, so that an outage does not fill the log; a change is always said.</summary>
public sealed class RepetitionsTests : IDisposable
{
    readonly CapturedLog said = new();
    readonly ManualTime clock = new();
    readonly Repetitions log;

    public RepetitionsTests() => log = new(said, clock);

    public void Dispose() => log.Dispose();

    string[] Lines => [.. said.Lines.Select(line => line.Text)];

    void AMinutePasses() => clock.Advance(TimeSpan.FromMinutes(1));

    [Fact]
    public void TheFirstIsSaidAndTheOthersAreCountedOnceAMinuteWhateverTheFile()
    {
        for (var i = 0; i < 413; i++)
            log.Failed($"/in/{i}", "no permission to read it (EACCES, 13)", i, "1 s");
        Assert.Equal(["failed /in/0: no permission to read it (EACCES, 13); attempt 0, next in 1 s"], Lines);
        AMinutePasses();
        Assert.Equal("and 412 more like this in the last minute (failed): failed /in/412: no permission to read it (EACCES, 13); attempt 412, next in 1 s", Lines[1]);
        Assert.Equal(LogLevel.Warning, said.Lines[1].Level);
        log.Failed("/in/500", "no permission to read it (EACCES, 13)", 1, "1 s");
        Assert.Equal(2, Lines.Length);
        AMinutePasses();
        Assert.StartsWith("and 1 more like this in the last minute", Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void AfterAMinuteWithoutOneTheNextIsTheFirstAgain()
    {
        log.Failed("/in/1", "the disk", 1, "1 s");
        clock.Advance(TimeSpan.FromSeconds(59));
        log.Failed("/in/2", "another reason", 1, "1 s");
        AMinutePasses();
        AMinutePasses();
        Assert.Equal(0, clock.Waiting);
        log.Failed("/in/3", "the disk", 1, "1 s");
        Assert.Equal(["/in/1", "/in/2", "/in/3"], Lines.Select(line => line.Split(' ', ':')[1]));
    }

    [Theory]
    [InlineData("S3 answered 403 AccessDenied, request 1A", "S3 answered 403 AccessDenied, request 2B", true)]
    [InlineData("conflict: the key exists with other content (6 bytes; the file has 13)", "conflict: the key exists with other content (7 bytes; the file has 2)", true)]
    [InlineData("cannot open it: input/output error (EIO, 5)", "cannot open it: too many files are open (EMFILE, 24)", false)]
    [InlineData("S3 answered 403 AccessDenied, request 1A", "S3 answered 404 NoSuchKey, request 1A", false)]
    public void TheSameReasonIsWhatIsTheSameButForSizesAndTheNumberOfTheRequest(string first, string second, bool same)
    {
        log.Parked("/in/1", first, "15 min");
        log.Parked("/in/2", second, "15 min");
        Assert.Equal(same ? 1 : 2, Lines.Length);
        AMinutePasses();
        Assert.Equal(2, Lines.Length);
        Assert.Equal(LogLevel.Error, said.Lines[1].Level);
    }

    [Fact]
    public void ADirectoryThatCannotBeListedForAnotherReasonIsSaid()
    {
        log.CannotList("/in/a", "permission denied (EACCES, 13)");
        log.CannotList("/in/b", "permission denied (EACCES, 13)");
        log.CannotList("/in/c", "input/output error (EIO, 5)");
        Assert.Equal(2, Lines.Length);
    }

    [Fact]
    public void WhatGoesWellAndWhatChangesIsAlwaysSaid()
    {
        for (var i = 0; i < 5; i++)
        {
            log.Finished("/in/1", "bucket", "key", 1);
            log.LanePaused("no route", "1 s");
            log.LaneOpened(3);
            log.RootLost("/in");
            log.Failure("the ledger", "make room");
            log.Unsettled("/in/1", "somebody is writing it");
            // Each is said once, and by nothing else.
            log.Again($"/in/{i}");
            log.Unnameable($"/in/{i}");
        }
        Assert.Equal(40, Lines.Length);
    }

    [Fact]
    public void AnEndpointThatGoesOnFailingIsCountedToo()
    {
        for (var i = 2; i < 30; i++)
            log.LaneStillPaused(i, "no route");
        AMinutePasses();
        Assert.Equal(["the endpoint still fails after 2 attempts: no route", "and 27 more like this in the last minute (laneStillPaused): the endpoint still fails after 29 attempts: no route"], Lines);
    }

    [Fact]
    public void WhatWasCountedIsSaidAtTheEnd()
    {
        for (var i = 0; i < 3; i++)
            log.Failed("/in/1", "the disk", i, "1 s");
        log.Dispose();
        Assert.StartsWith("and 2 more like this", Assert.Single(Lines[1..]), StringComparison.Ordinal);
        log.Failed("/in/1", "the disk", 1, "1 s");
        Assert.Equal(3, Lines.Length);
        Assert.Equal(0, clock.Waiting);
    }

    [Fact]
    public void ReasonsWithoutEndCostABoundedMemoryAndAMinuteOfThemABoundedLog()
    {
        for (var i = 0; i < 100_000; i++)
            log.Failed("/in/1", $"reason {i}", 1, "1 s");
        Assert.InRange(Lines.Length, 500, 510);
        AMinutePasses();
        Assert.InRange(Lines.Length, 501, 520);
        Assert.Contains("more like this", Lines[^1], StringComparison.Ordinal);
    }
}
