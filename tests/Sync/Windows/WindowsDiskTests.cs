using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

[SupportedOSPlatform("windows")]
public sealed class WindowsDiskTests : IDisposable
{
    readonly string ground = Directory.CreateTempSubdirectory("s3sync-ground-").FullName;
    readonly WindowsDisk disk;

    public WindowsDiskTests() => disk = new([ground]);

    public void Dispose() => Directory.Delete(ground, recursive: true);

    [WindowsFact]
    public async Task AnOpenFileIsReadWithRandomAccessAndCarriesItsStamp()
    {
        var path = Write("a.txt", "hello");
        using var file = Open(path);
        var buffer = new byte[16];
        Assert.Equal(5, RandomAccess.Read(file.Handle, buffer, 0));
        Assert.Equal(3, await RandomAccess.ReadAsync(file.Handle, buffer, 2, TestContext.Current.CancellationToken));
        Assert.Equal("llolo", Encoding.UTF8.GetString(buffer, 0, 5));
        Assert.Equal(5, RandomAccess.GetLength(file.Handle));
        Assert.Equal(5, file.Stamp.Size);
        Assert.Equal((File.GetLastWriteTimeUtc(path) - DateTime.UnixEpoch).Ticks * 100, file.Stamp.Modified);
        Assert.NotEqual(0UL, file.Stamp.FileId);
        Assert.True(disk.Look(path, out var looked).Ok);
        Assert.Equal(looked, file.Stamp);
        Assert.True(file.Unchanged());
    }

    [WindowsFact]
    public void AFileThatSomebodyHasOpenForWritingIsBusyUntilItIsClosed()
    {
        var path = Write("a.txt");
        using (new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            Assert.Equal(new(Access.Busy, Win32Error.SharingViolation), disk.Open(path, out _));
            Assert.True(disk.Look(path, out _).Ok);
        }
        Open(path).Dispose();
    }

    [WindowsFact]
    public void AFileThatIsBeingReadKeepsWritersOut()
    {
        var path = Write("a.txt");
        using (Open(path)) Assert.ThrowsAny<IOException>(() => File.AppendAllText(path, "more"));
        File.AppendAllText(path, "more");
    }

    [WindowsFact]
    public void ADirectoryIsNeitherOpenedNorDeleted()
    {
        var path = Directory.CreateDirectory(At("directory")).FullName;
        Assert.Equal(Access.NotRegular, disk.Open(path, out var file).Access);
        Assert.Null(file);
        Assert.Equal(Access.NotRegular, disk.Look(path, out _).Access);
        Assert.Equal(Access.Different, disk.Delete(path, default, null).Access);
        Assert.True(Directory.Exists(path));
    }

    [WindowsFact]
    public void WhatIsNotThereIsMissing()
    {
        foreach (var path in (string[])[At("none"), At(@"none\none")])
        {
            Assert.Equal(Access.Missing, disk.Open(path, out _).Access);
            Assert.Equal(Access.Missing, disk.Look(path, out _).Access);
            Assert.Equal(Access.Missing, disk.Delete(path, default, null).Access);
            Assert.Equal(Access.Missing, disk.List(path, _ => { }).Access);
        }
        Assert.Equal(Access.Missing, disk.List(Write("file"), _ => { }).Access);
    }

    [WindowsFact]
    public void APathThatIsNoPathFailsAndMeansNoOtherFile()
    {
        Write("a");
        Assert.Equal(Access.Failed, disk.Open(At("a\0b"), out _).Access);
        Assert.Equal(Access.Failed, disk.List(At("a\0b"), _ => { }).Access);
    }

    [WindowsFact]
    public void TheVeryFileIsDeletedWithItsHandleOrWithout()
    {
        var first = Write("first");
        using (var file = Open(first)) Assert.Equal(new(Access.Ok), disk.Delete(first, file.Stamp, file));
        Assert.False(File.Exists(first));
        var second = Write("second");
        Assert.True(disk.Look(second, out var stamp).Ok);
        Assert.Equal(new(Access.Ok), disk.Delete(second, stamp, null));
        Assert.False(File.Exists(second));
        Assert.Equal(Access.Missing, disk.Look(second, out _).Access);
    }

    [WindowsFact]
    public void AReadOnlyFileIsDeleted()
    {
        var path = Write("a");
        File.SetAttributes(path, FileAttributes.ReadOnly);
        using (var file = Open(path)) Assert.Equal(new(Access.Ok), disk.Delete(path, file.Stamp, file));
        Assert.False(File.Exists(path));
    }

    [WindowsFact]
    public void AnotherFileUnderTheNameIsLeftAlone()
    {
        var path = Write("a", "same size");
        using var file = Open(path);
        File.Move(path, At("moved"));
        Assert.Equal(Access.Missing, disk.Delete(path, file.Stamp, file).Access);
        Write("a", "SAME SIZE");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddTicks(file.Stamp.Modified / 100));
        foreach (var open in (SourceFile?[])[file, null])
        {
            Assert.Equal(Access.Different, disk.Delete(path, file.Stamp, open).Access);
            Assert.Equal(Access.Different, disk.Delete(path, file.Stamp with { Changed = 0 }, open).Access);
        }
        Assert.Equal("SAME SIZE", File.ReadAllText(path));
        Assert.Equal("same size", File.ReadAllText(At("moved")));
    }

    [WindowsFact]
    public void EachMemberOfTheStampKeepsAFileFromBeingDeleted()
    {
        var path = Write("a");
        Assert.True(disk.Look(path, out var stamp).Ok);
        Stamp[] others = [stamp with { FileId = stamp.FileId + 1 }, stamp with { Size = 8 }, stamp with { Modified = 1 }, stamp with { Changed = 1 }];
        foreach (var other in others) Assert.Equal(Access.Different, disk.Delete(path, other, null).Access);
        Assert.True(disk.Delete(path, stamp with { Changed = 0 }, null).Ok);
    }

    [WindowsFact]
    public void AFileThatSomebodyHasOpenForWritingIsNotDeleted()
    {
        var path = Write("a");
        Assert.True(disk.Look(path, out var stamp).Ok);
        using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            Assert.Equal(Access.Busy, disk.Delete(path, stamp, null).Access);
        Assert.True(disk.Delete(path, stamp, null).Ok);
    }

    [WindowsFact]
    public void AListingHasEveryNameAndItsKind()
    {
        // More than one buffer's worth.
        for (var i = 0; i < 1000; i++) File.WriteAllBytes(At($"file {i:0000}"), []);
        Directory.CreateDirectory(At("directory"));
        var entries = new List<Entry>();
        Assert.Equal(new(Access.Ok), disk.List(ground, entries.Add));
        Assert.Equal(1001, entries.Count);
        Assert.Equal(1000, entries.Distinct().Count(e => e is { Name: not null, Kind: EntryKind.File }));
        Assert.Contains(new("directory", EntryKind.Directory), entries);
    }

    [WindowsFact(NotOnWine = "cannot make such a file")]
    public void WhatCannotBeNamedIsListedEscaped()
    {
        File.WriteAllBytes(At("bad\uD800name"), []);
        var entries = new List<Entry>();
        Assert.True(disk.List(ground, entries.Add).Ok);
        Assert.Equal([new(null, EntryKind.File, @"bad\uD800name")], entries);
    }

    [WindowsFact]
    public void LongPathsAndNamesThatOnlyTheyCanExpressAreReached()
    {
        var directory = At(string.Join('\\', Enumerable.Repeat(new string('d', 100), 4)));
        Directory.CreateDirectory(@"\\?\" + directory);
        var path = directory + @"\ends in a dot.";
        File.WriteAllText(@"\\?\" + path, "x");
        var entries = new List<Entry>();
        Assert.True(disk.List(directory, entries.Add).Ok);
        Assert.Equal([new("ends in a dot.", EntryKind.File)], entries);
        using (var file = Open(path)) Assert.Equal(new(Access.Ok), disk.Delete(path, file.Stamp, file));
        Assert.Equal(Access.Missing, disk.Look(path, out _).Access);
    }

    [WindowsFact]
    public void NothingStaysOpen()
    {
        var path = Write("a");
        var before = Process.GetCurrentProcess().HandleCount;
        for (var i = 0; i < 500; i++)
        {
            disk.Open(path, out var file);
            disk.Delete(path, default, file);
            file!.Dispose();
            disk.Delete(path, default, null);
            disk.Look(path, out _);
            disk.List(ground, _ => { });
            disk.Open(ground, out _);
        }
        // Tests run at the same time open handles of their own: only growth by the hundred is ours.
        Assert.InRange(Process.GetCurrentProcess().HandleCount, 0, before + 300);
    }

    string At(string relative) => Path.Join(ground, relative);

    string Write(string relative, string content = "content")
    {
        File.WriteAllText(At(relative), content);
        return At(relative);
    }

    SourceFile Open(string path)
    {
        Assert.Equal(new(Access.Ok), disk.Open(path, out var file));
        return file!;
    }
}
