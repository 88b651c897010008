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

    /// <summary>On Windows neither an open file nor a directory above it can be removed or renamed.</summary>
    [LinuxFact]
    public async Task ALedgerThatIsTakenAwayIsNoticed()
    {
        foreach (var how in (string[])["lock removed", "lock replaced", "ledger removed", "ledger replaced", "directory removed", "directory made again", "directory renamed", "directory above renamed"])
        {
            using (var ledger = Ledger.Open(Path))
            {
                var lost = new TaskCompletionSource<LedgerException>();
                using var watch = HoldWatch.Open(ledger, lost.SetResult);
                ledger.CheckHold();
                TakeAway(how);
                var e = await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
                Assert.True(e is { Hint.Length: > 0, IsHeld: false } && e.Message.Contains("was removed or replaced during the run", StringComparison.Ordinal), $"{how}: {e.Message}");
            }
            if (Directory.Exists(place["elsewhere"]))
                Directory.Delete(place["elsewhere"], recursive: true);
        }
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

    [LinuxFact]
    public void ALinkInThePlaceOfTheLockIsNotFollowed()
    {
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
