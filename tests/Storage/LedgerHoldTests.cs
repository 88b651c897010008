using System;
using System.IO;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The hold on a ledger: one at a time, and noticed when it is lost.</summary>
public sealed class LedgerHoldTests : IDisposable
{
    readonly TemporaryDirectory place = new();

    string State => place["state"];

    string Path => place["state/ledger.db"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => place.Dispose();

    [Fact]
    public void OneAtATime()
    {
        using (var ledger = Ledger.Open(Path))
        {
            Assert.True(Assert.Throws<LedgerException>(() => Ledger.Open(Path)).IsHeld);
            ledger.CheckHold();
        }
        Ledger.Open(Path).Dispose();
    }

    [Theory]
    [InlineData("lock removed")]
    [InlineData("lock replaced")]
    [InlineData("ledger removed")]
    [InlineData("ledger replaced")]
    [InlineData("directory removed")]
    [InlineData("directory renamed")]
    [InlineData("directory above renamed")]
    [InlineData("directory made again")]
    public async Task ALedgerThatIsTakenAwayIsNoticed(string how)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there neither an open file nor a directory above it can be removed or renamed");
        using var ledger = Ledger.Open(Path);
        var lost = new TaskCompletionSource<LedgerException>();
        using var watch = HoldWatch.Open(ledger, e => lost.SetResult(e));
        ledger.CheckHold();
        TakeAway(how);
        var e = await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.True(e is { Hint.Length: > 0, IsHeld: false } && e.Message.Contains("was removed or replaced during the run", StringComparison.Ordinal), e.Message);
    }

    void TakeAway(string how)
    {
        switch (how)
        {
            case "lock removed":
                File.Delete(Path + ".lock");
                break;
            case "lock replaced":
                File.WriteAllText(Path + ".new", "");
                File.Move(Path + ".new", Path + ".lock", overwrite: true);
                break;
            case "ledger removed":
                File.Delete(Path);
                break;
            case "ledger replaced":
                File.Copy(Path, Path + ".new");
                File.Move(Path + ".new", Path, overwrite: true);
                break;
            case "directory removed":
                Directory.Delete(State, recursive: true);
                break;
            case "directory made again":
                Directory.Delete(State, recursive: true);
                Ledger.Open(Path).Dispose();
                break;
            case "directory renamed":
                Directory.Move(State, place["elsewhere"]);
                break;
            default:
                Directory.Move(place.Path, place.Path + "-moved");
                Directory.CreateDirectory(place.Path);
                Directory.Delete(place.Path + "-moved", recursive: true);
                break;
        }
    }

    [Fact]
    public void ALinkInThePlaceOfTheLockIsNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "to make a link takes a privilege there");
        Directory.CreateDirectory(State);
        File.CreateSymbolicLink(Path + ".lock", place["made"]);
        var e = Assert.Throws<LedgerException>(() => Ledger.Open(Path));
        Assert.Contains("is a link", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(place["made"]));
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public void WhatOthersCouldReplaceIsTold()
    {
        Ledger.Open(Path).Dispose();
        Assert.Null(Platform.WhyShared(State));
        File.SetUnixFileMode(State, (UnixFileMode)0x1FF);
        Assert.Contains("may be written by others (mode 777)", Platform.WhyShared(State)!.Value.What, StringComparison.Ordinal);
        File.SetUnixFileMode(State, (UnixFileMode)0x1ED);
        Assert.Null(Platform.WhyShared(State));
    }
}
