using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using S3Sync.Sync;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

[SupportedOSPlatform("windows")]
public sealed class ChangesDecoderTests : IDisposable
{
    readonly string ground = Directory.CreateTempSubdirectory("s3sync-ground-").FullName;
    readonly ChangesDecoder decoder = new();
    readonly WatchedRoot root;

    public ChangesDecoderTests()
    {
        Assert.Equal(0, WatchedRoot.Open(3, ground, 4096, out var opened));
        root = opened!;
    }

    public void Dispose()
    {
        root.Free();
        Directory.Delete(ground, recursive: true);
    }

    [WindowsFact]
    public void AFileThatIsWrittenOnIsNotAskedForAgain()
    {
        File.WriteAllText(At("file"), "");
        Assert.Equal([Touched("file")], Decode(ChangeAction.Added, "file"));
        // Had it been asked for it would be gone.
        File.Delete(At("file"));
        Assert.Equal([Touched("file")], Decode(ChangeAction.Modified, "file"));
        Assert.Equal([Touched("file")], Decode(ChangeAction.Modified, "file"));
    }

    [WindowsFact]
    public void WhatHasTheNameOfOneThatIsGoneIsAskedFor()
    {
        foreach (var gone in (ChangeAction[])[ChangeAction.Removed, ChangeAction.RenamedOld])
        {
            File.WriteAllText(At("name"), "");
            Decode(ChangeAction.Added, "name");
            File.Delete(At("name"));
            Assert.Empty(Decode(gone, "name"));
            Assert.Empty(Decode(ChangeAction.Modified, "name"));
            Directory.CreateDirectory(At("name"));
            Assert.Equal([new(Sign.Directory, 3, "name")], Decode(ChangeAction.Added, "name"));
            Directory.Delete(At("name"));
        }
    }

    [WindowsFact]
    public void ADirectoryInWhichSomethingHappensIsNotReportedHoweverOften()
    {
        Directory.CreateDirectory(At("directory"));
        Assert.Equal([new(Sign.Directory, 3, "directory")], Decode(ChangeAction.Added, "directory"));
        Assert.Empty(Decode(ChangeAction.Modified, "directory"));
        Assert.Empty(root.Files);
    }

    [WindowsFact]
    public void NoMoreThanSoManyNamesAreKept()
    {
        for (var i = 0; i < 3000; i++)
        {
            File.WriteAllText(At("file"), "");
            File.Move(At("file"), At($"{i}"));
            Assert.Equal([new(Sign.Moved, 3, $"{i}")], Decode(ChangeAction.RenamedNew, $"{i}"));
            File.Delete(At($"{i}"));
        }
        Assert.InRange(root.Files.Count, 1, 1024);
    }

    static Notification Touched(string name) => new(Sign.Touched, 3, name);

    string At(string name) => Path.Join(ground, name);

    /// <summary>What a buffer with one record says.</summary>
    List<Notification> Decode(ChangeAction action, string name)
    {
        List<Notification> into = [];
        decoder.Decode(root, (byte[])[.. BitConverter.GetBytes(0u), .. BitConverter.GetBytes((uint)action), .. BitConverter.GetBytes(2 * name.Length), .. MemoryMarshal.AsBytes<char>(name.ToCharArray())], into);
        return into;
    }
}
