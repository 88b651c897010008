using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What is in the directory of requests, or in its place, and is none: nothing of it is followed, waited for, or removed.</summary>
public sealed class RequestsTests : IDisposable
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;


    readonly TemporaryDirectory place = new();
    readonly CapturedLog log = new();
    readonly ConcurrentQueue<OperatorRequest> asked = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static readonly OperatorRequest AllParked = OperatorRequest.Of(OperatorVerb.Retry, OperatorChoice.Parked);

    string Ledger => place["ledger.db"];

    string Folder => Requests.DirectoryOf(Ledger);

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task ARequestIsTakenAndRemoved()
    {
        using var requests = Open();
        Requests.Write(Ledger, OperatorRequest.Of(OperatorVerb.Retry, place["root"], "a/b"));
        await Taken(OperatorRequest.Of(OperatorVerb.Retry, place["root"], "a/b"));
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public void EveryRequestIsReadAsItWasWrittenAndNothingElseIsOne()
    {
        foreach (var verb in Enum.GetValues<OperatorVerb>())
        {
            foreach (var request in (OperatorRequest[])[OperatorRequest.Of(verb, "/in", "a/b"), .. Enum.GetValues<OperatorChoice>()[1..].Select(choice => OperatorRequest.Of(verb, choice))])
                Assert.Equal(request, OperatorRequest.Parse(request.ToString()));
        }
        foreach (var text in (string[])["", "parked", "retry\0path\0\0a", "retry\0path\0/in\0", "retry\0parked\0/in\0a", "delete\0path\0/in\0a", "retry\0path\0/in\0a\0b"])
            Assert.Null(OperatorRequest.Parse(text));
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task APipeALinkAndADirectoryInItAreLeftWhereTheyAreAndTheNextRequestIsTaken()
    {
        Directory.CreateDirectory(Folder, OwnerOnly);
        var other = place["other"];
        File.WriteAllText(other, "parked");
        await PublishedExe.Run("mkfifo", Path.Join(Folder, "pipe.request"));
        File.CreateSymbolicLink(Path.Join(Folder, "zero.request"), "/dev/zero");
        File.CreateSymbolicLink(Path.Join(Folder, "other.request"), other);
        Directory.CreateDirectory(Path.Join(Folder, "directory.request"));
        var before = GC.GetTotalAllocatedBytes();
        using (Open())
        {
            Requests.Write(Ledger, AllParked);
            await Taken(AllParked);
        }
        Assert.Single(asked);
        Assert.Equal(4, Directory.GetFileSystemEntries(Folder).Length);
        foreach (var name in (string[])["pipe", "zero", "other", "directory"])
            Assert.Equal(1, log.Count($"{name}.request is not taken as a request"));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
        Assert.Equal("parked", File.ReadAllText(other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(256 * 1024)]
    public async Task AFileThatIsNoRequestIsRemovedAndSaid(int length)
    {
        Platform.OpenPrivate(Folder, make: true).Dispose();
        File.WriteAllBytes(Path.Join(Folder, "x.request"), new byte[length]);
        using var requests = Open();
        await Eventually.True(() => log.Count("x.request is no request: removed") == 1, log.ToString, Cancel);
        Assert.False(File.Exists(Path.Join(Folder, "x.request")));
    }

    [Fact]
    public async Task AFileThatIsTooLongIsNeverRead()
    {
        Platform.OpenPrivate(Folder, make: true).Dispose();
        using (var file = File.Create(Path.Join(Folder, "x.request")))
            file.SetLength(1L << 40 >> (OperatingSystem.IsWindows() ? 20 : 0));
        using var requests = Open();
        await Eventually.True(() => log.Count("x.request is not taken as a request: it is longer than 262144 bytes") == 1, log.ToString, Cancel);
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public void ALinkInThePlaceOfTheDirectoryIsNotUsedAndWhatItLeadsToIsLeftAlone()
    {
        var strange = Directory.CreateDirectory(place["strange"], OwnerOnly).FullName;
        File.WriteAllText(Path.Join(strange, "their.request"), "parked");
        Directory.CreateSymbolicLink(Folder, strange);
        using var requests = Open();
        Assert.Null(requests);
        Assert.Equal(1, log.Count("no requests are taken"));
        Assert.Throws<IOException>(() => Requests.Write(Ledger, AllParked));
        Assert.Equal("parked", File.ReadAllText(Path.Join(strange, "their.request")));
        Assert.Single(Directory.GetFileSystemEntries(strange));
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task ADirectoryOfOursThatOthersMayUseIsClosedToThem()
    {
        Directory.CreateDirectory(Folder);
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1FF);
        using var requests = Open();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Folder));
        Requests.Write(Ledger, AllParked);
        await Taken(AllParked);
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task ADirectoryOfAnotherUserIsNotUsedNorIsAFileOfHis()
    {
        Needs.Check(Environment.IsPrivilegedProcess ? null : "only root can make something another user's");
        Directory.CreateDirectory(Folder, OwnerOnly);
        File.WriteAllText(Path.Join(Folder, "his.request"), "parked");
        await PublishedExe.Run("chown", "65534", Path.Join(Folder, "his.request"));
        using (Open())
            await Eventually.True(() => log.Count("his.request is not taken as a request: it belongs to another user (65534)") == 1, log.ToString, Cancel);
        await PublishedExe.Run("chown", "65534", Folder);
        using var requests = Open();
        Assert.Null(requests);
        Assert.Empty(asked);
        Assert.True(File.Exists(Path.Join(Folder, "his.request")));
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task WhatTakesItsNameLaterIsNotUsed()
    {
        var requests = Open();
        Requests.Write(Ledger, AllParked);
        await Taken(AllParked);
        var strange = Directory.CreateDirectory(place["strange"], OwnerOnly).FullName;
        File.WriteAllText(Path.Join(strange, "their.request"), "parked");
        Directory.Move(Folder, place["moved"]);
        Directory.CreateSymbolicLink(Folder, strange);
        File.WriteAllText(Path.Join(strange, "more.request"), "parked");
        requests!.Dispose();
        Assert.Single(asked);
        Assert.Equal("parked", File.ReadAllText(Path.Join(strange, "their.request")));
    }

    Requests? Open() => Requests.Open(Ledger, asked.Enqueue, log);

    async Task Taken(OperatorRequest expected)
    {
        await Eventually.True(() => !asked.IsEmpty, log.ToString, Cancel);
        Assert.True(asked.TryPeek(out var first) && first == expected, log.ToString());
    }
}
