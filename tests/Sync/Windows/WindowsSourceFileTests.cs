using System;
using System.IO;
using System.Runtime.Versioning;
using S3Sync.Sync;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

[SupportedOSPlatform("windows")]
public sealed class WindowsSourceFileTests : IDisposable
{
    readonly string ground = Directory.CreateTempSubdirectory("s3sync-ground-").FullName;

    public void Dispose() => Directory.Delete(ground, recursive: true);

    [WindowsFact]
    public void ItIsReadAtAnyOffsetAndBehindItsEndThereIsNothing()
    {
        using var file = Open("content");
        var buffer = new byte[4];
        Assert.Equal((4, "cont"), (file.Read(buffer, 0), Text(buffer)));
        Assert.Equal((3, "ent"), (file.Read(buffer, 4), Text(buffer.AsSpan(0, 3))));
        Assert.Equal((2, "on"), (file.Read(buffer.AsSpan(0, 2), 1), Text(buffer.AsSpan(0, 2))));
        Assert.Equal((0, 0), (file.Read(buffer, 7), file.Read(buffer, 5L << 32)));
    }

    [WindowsFact]
    public void WhatIsSetOfItWhileItIsOpenShows()
    {
        using var file = Open("content");
        Assert.True(file.Unchanged());
        File.SetLastWriteTimeUtc(Path.Join(ground, "file"), DateTime.UtcNow.AddDays(-1));
        Assert.False(file.Unchanged());
    }

    [WindowsFact]
    public void WhileItIsOpenItCanBeReadByProgramsThatDoNotShareDeletionAndBeRenamed()
    {
        using var file = Open("content");
        using (new FileStream(Path.Join(ground, "file"), FileMode.Open, FileAccess.Read, FileShare.Read))
        {
        }
        File.Move(Path.Join(ground, "file"), Path.Join(ground, "renamed"));
        Assert.Equal(7, file.Read(new byte[10], 0));
    }

    [WindowsFact]
    public void AFileThatCannotBeReadSaysWhyByTheSystemsCode()
    {
        var file = Open("content");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read(new byte[1], 0));
        var handle = Kernel32.CreateFile(Path.Join(ground, "file"), Kernel32.ReadAttributes, Kernel32.ShareRead, 0, Kernel32.OpenExisting, 0, 0);
        using var unreadable = new WindowsSourceFile(handle, default);
        Assert.Equal(Win32Error.AccessDenied, SystemError.CodeOf(Assert.Throws<IOException>(() => unreadable.Read(new byte[1], 0))));
    }

    static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes);

    SourceFile Open(string content)
    {
        File.WriteAllText(Path.Join(ground, "file"), content);
        Assert.True(new WindowsDisk([ground]).Open(Path.Join(ground, "file"), out var file).Ok);
        return file!;
    }
}
