using System;
using System.Collections.Generic;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Linq;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

[SupportedOSPlatform("linux")]
public sealed class LinuxDiskTests : IDisposable
{
    readonly Ground ground = new();
    readonly LinuxDisk disk = new();

    public void Dispose() => ground.Dispose();

    [LinuxFact]
    public async Task AnOpenFileIsReadWithRandomAccessAndCarriesItsStamp()
    {
        var path = ground.Write("a.txt", "hello");
        using var file = Open(path);
        var buffer = new byte[16];
        Assert.Equal(5, RandomAccess.Read(file.Handle, buffer, 0));
        Assert.Equal(3, await RandomAccess.ReadAsync(file.Handle, buffer, 2, TestContext.Current.CancellationToken));
        Assert.Equal("llolo", Encoding.UTF8.GetString(buffer, 0, 5));
        Assert.Equal(5, RandomAccess.GetLength(file.Handle));
        Assert.Equal(5, file.Stamp.Size);
        Assert.Equal(UnixNanoseconds(File.GetLastWriteTimeUtc(path)), file.Stamp.Modified / 100 * 100);
        Assert.NotEqual(0UL, file.Stamp.FileId);
        Assert.True(disk.Look(path, out var looked).Ok);
        Assert.Equal(looked, file.Stamp);
        Assert.True(file.Unchanged());
    }

    [LinuxFact]
    public void AFileRewrittenWithTheSameSizeAndTimeIsChanged()
    {
        var path = ground.Write("a.txt", "hello");
        using var file = Open(path);
        var modified = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, "olleh");
        File.SetLastWriteTimeUtc(path, modified);
        Assert.False(file.Unchanged());
    }

    [LinuxFact]
    public void AFileThatSomebodyHasOpenForWritingIsBusyUntilItIsClosed()
    {
        var path = ground.Write("a.txt");
        using (new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            Assert.Equal(Access.Busy, disk.Open(path, out _).Access);
        Open(path).Dispose();
    }

    [LinuxFact]
    public void AFileThatSomebodyHasMappedForWritingIsBusyThoughItsHandleIsClosed()
    {
        var path = ground.Write("a.txt");
        using (var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open))
        using (map.CreateViewAccessor())
        {
            map.SafeMemoryMappedFileHandle.Dispose();
            Assert.Equal(Access.Busy, disk.Open(path, out _).Access);
        }
        Open(path).Dispose();
    }

    [LinuxFact]
    public void AReaderDoesNotMakeAFileBusyAndAWriterIsNotKeptOutWhileWeRead()
    {
        var path = ground.Write("a.txt");
        using var reader = File.OpenRead(path);
        using var file = Open(path);
        File.AppendAllText(path, "more");
        Assert.False(file.Unchanged());
    }

    /// <summary>The kernel signals whoever holds the lease, by a signal that ends a process which does not see to it.</summary>
    [LinuxFact]
    public void AWriterThatComesWhileTheLeaseIsHeldEndsNobody()
    {
        using var file = Open(ground.Write("a", "same"));
        Assert.True(Lease.Take(file.Handle, out var doubt).Ok && doubt is null);
        ground.Shell("! LC_ALL=C dd if=/dev/zero of=a bs=1 count=1 conv=notrunc oflag=nonblock 2> refused");
        Lease.Release(file.Handle);
        Assert.Contains("temporarily unavailable", File.ReadAllText(ground.At("refused")), StringComparison.Ordinal);
        Assert.True(file.Unchanged());
    }

    [LinuxFact]
    public void WhatIsNotARegularFileIsNeverOpened()
    {
        var target = ground.Write("target");
        File.CreateSymbolicLink(ground.At("link"), target);
        Directory.CreateDirectory(ground.At("directory"));
        ground.Shell("mkfifo pipe");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(ground.At("socket")));
        foreach (var path in (string[])[ground.At("link"), ground.At("directory"), ground.At("pipe"), ground.At("socket"), "/dev/null"])
        {
            Assert.Equal(Access.NotRegular, disk.Open(path, out var file).Access);
            Assert.Null(file);
            Assert.Equal(Access.NotRegular, disk.Look(path, out _).Access);
            Assert.Equal(Access.Different, disk.Delete(path, default, null).Access);
            Assert.True(Path.Exists(path));
        }
    }

    [LinuxFact]
    public void WhatIsNotThereIsMissing()
    {
        ground.Write("file");
        foreach (var path in (string[])[ground.At("none"), ground.At("none/none"), ground.At("file/none")])
        {
            Assert.Equal(Access.Missing, disk.Open(path, out _).Access);
            Assert.Equal(Access.Missing, disk.Look(path, out _).Access);
            Assert.Equal(Access.Missing, disk.Delete(path, default, null).Access);
            Assert.Equal(Access.Missing, disk.List(path, _ => { }).Access);
        }
    }

    [LinuxFact]
    public void APathThatIsNoPathFailsAndMeansNoOtherFile()
    {
        ground.Write("a");
        foreach (var name in (string[])["a\0b", "\uD800", "\uDC00a", new string('x', 5000)])
            Assert.Equal(Access.Failed, disk.Open(ground.At(name), out _).Access);
    }

    [LinuxFact]
    public void TheVeryFileIsDeletedWithItsHandleOrWithout()
    {
        var first = ground.Write("first");
        using (var file = Open(first)) Assert.True(disk.Delete(first, file.Stamp, file).Ok);
        Assert.False(File.Exists(first));
        Assert.Equal(Access.Missing, disk.Look(first, out _).Access);
        var second = ground.Write("second");
        Assert.True(disk.Look(second, out var stamp).Ok);
        Assert.True(disk.Delete(second, stamp, null).Ok);
        Assert.False(File.Exists(second));
    }

    [LinuxFact]
    public void AnotherFileUnderTheNameIsLeftAlone()
    {
        var path = ground.Write("a", "same size");
        using var file = Open(path);
        File.Move(ground.Write("b", "SAME SIZE"), path, overwrite: true);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddTicks(file.Stamp.Modified / 100));
        foreach (var open in (SourceFile?[])[file, null])
        {
            Assert.Equal(Access.Different, disk.Delete(path, file.Stamp, open).Access);
            Assert.Equal(Access.Different, disk.Delete(path, file.Stamp with { Changed = 0 }, open).Access);
        }
        Assert.Equal("SAME SIZE", File.ReadAllText(path));
    }

    [LinuxFact]
    public void AHandleOfAnotherFileDeletesNothing()
    {
        var path = ground.Write("a");
        Assert.True(disk.Look(path, out var stamp).Ok);
        using var other = Open(ground.Write("b"));
        Assert.Equal(Access.Different, disk.Delete(path, stamp, other).Access);
        Assert.Equal(Access.Different, disk.Delete(path, other.Stamp, other).Access);
        Assert.True(File.Exists(path));
    }

    [LinuxFact]
    public void EachMemberOfTheStampKeepsAFileFromBeingDeleted()
    {
        var path = ground.Write("a");
        Assert.True(disk.Look(path, out var stamp).Ok);
        Stamp[] others = [stamp with { FileId = stamp.FileId + 1 }, stamp with { Size = 8 }, stamp with { Modified = 1 }, stamp with { Changed = 1 }];
        foreach (var other in others) Assert.Equal(Access.Different, disk.Delete(path, other, null).Access);
        Assert.True(disk.Delete(path, stamp with { Changed = 0 }, null).Ok);
    }

    [LinuxFact]
    public void AFileThatSomebodyHasOpenForWritingIsNotDeleted()
    {
        var path = ground.Write("a");
        using var file = Open(path);
        using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            foreach (var open in (SourceFile?[])[file, null])
                Assert.Equal(Access.Busy, disk.Delete(path, file.Stamp, open).Access);
        Assert.True(disk.Delete(path, file.Stamp, file).Ok);
    }

    [LinuxFact]
    public void AListingHasEveryNameItsKindAndWhatCannotBeNamedEscaped()
    {
        for (var i = 0; i < 3000; i++) File.WriteAllBytes(ground.At($"file {i:0000}"), []);
        Directory.CreateDirectory(ground.At("directory"));
        File.CreateSymbolicLink(ground.At("link"), "directory");
        ground.Shell("""printf x > "$(printf 'bad\377name')"; mkdir "$(printf 'bad\376directory')" """);
        var entries = new List<Entry>();
        Assert.True(disk.List(ground.Path, entries.Add).Ok);
        Assert.Equal(3004, entries.Count);
        Assert.Equal(3000, entries.Distinct().Count(e => e is { Name: not null, Kind: EntryKind.File }));
        Assert.Contains(new("directory", EntryKind.Directory), entries);
        Assert.Contains(new("link", EntryKind.Other), entries);
        Assert.Contains(new(null, EntryKind.File, @"bad\xFFname"), entries);
        Assert.Contains(new(null, EntryKind.Directory, @"bad\xFEdirectory"), entries);
        Assert.False(disk.List(ground.At("link"), entries.Add).Ok);
    }

    [LinuxFact]
    public void TreesDeeperThanTheLongestPathOfTheKernelAreReached()
    {
        var directory = ground.At(ground.Deepen());
        Assert.True(directory.Length > 4096);
        var entries = new List<Entry>();
        Assert.True(disk.List(directory, entries.Add).Ok);
        Assert.Equal([new("leaf", EntryKind.File)], entries);
        using var file = Open(directory + "/leaf");
        Assert.True(disk.Look(directory + "/leaf", out var stamp).Ok);
        Assert.Equal(file.Stamp, stamp);
        Assert.Equal(Access.Missing, disk.Look(directory + "/none", out _).Access);
        Assert.True(disk.Delete(directory + "/leaf", stamp, file).Ok);
        Assert.Equal(Access.Missing, disk.Look(directory + "/leaf", out _).Access);
    }

    [LinuxFact]
    public void NothingStaysOpen()
    {
        var path = ground.Write("a");
        var deep = ground.At(ground.Deepen());
        void All()
        {
            disk.Open(path, out var file);
            disk.Delete(path, default, file);
            file!.Dispose();
            disk.Delete(path, default, null);
            disk.Look(deep + "/leaf", out _);
            disk.List(deep, _ => { });
            disk.Open(ground.Path, out _);
        }
        All();
        // Tests run at the same time open files of their own: only growth by the hundred is ours.
        var before = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 1000; i++) All();
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 500);
    }

    SourceFile Open(string path)
    {
        Assert.Equal(new(Access.Ok), disk.Open(path, out var file));
        return file!;
    }

    static long UnixNanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * 100;
}
