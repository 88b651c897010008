using System;
using Microsoft.Extensions.Logging;
using S3Sync.Sync;
using S3Sync.Sync.Voice;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync.Voice;

/// <summary>What goes to the Event Log of Windows: changes of state and no more.</summary>
public sealed class StateChangesTests
{
    sealed class Provider(ILogger log) : ILoggerProvider
    {
        public ILogger CreateLogger(string category) => log;

        public void Dispose() { }
    }

    [Fact]
    public void ChangesOfStatePassAndFilesDoNotUnlessOneIsParked()
    {
        var said = new CapturedLog();
        var log = new StateChanges(new Provider(said)).CreateLogger("s3sync");
        log.Started("1", "/ledger");
        log.Found("/in/a");
        log.Finished("/in/a", "bucket", "a", 1);
        log.Failed("/in/a", "the disk", 1, "1 s");
        log.Parked("/in/a", "the disk", "15 min");
        log.LanePaused("no route", "1 s");
        log.LaneStillPaused(7, "no route");
        log.LaneOpened(7);
        log.Note("whatever");
        log.Failure("ledger: it is damaged", "move it away");
        log.Ended(1, 1, 1, 1, 0, "");
        Assert.Equal(["s3sync", "parked", "the", "the", "cannot", "1"], Array.ConvertAll(said.Lines, line => line.Text.Split(' ')[0]));
    }

    /// <summary>Other numbers have no text in EventCreate.exe.</summary>
    [Fact]
    public void NumbersAreFrom1To1000AndInTheReadme()
    {
        Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");
        foreach (var method in typeof(Log).GetMethods())
        {
            var number = StateChanges.NumberOf(new(0, method.Name));
            Assert.InRange(number, 0, 1000);
            Assert.True(number == 0 || System.Text.RegularExpressions.Regex.IsMatch(Repository.Read("README.md"), $@"\n\| [^|\n]* \|[ \d,]* {number}[ ,]"), $"{method.Name}: {number}");
        }
    }
}
