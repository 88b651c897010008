using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using S3Sync.Sync;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

/// <summary>Whoever may write in a watched directory must not be able to have other files of the machine uploaded or deleted.</summary>
[SupportedOSPlatform("windows")]
public sealed partial class AnchorTests : IDisposable
{
    readonly string ground = Directory.CreateTempSubdirectory("s3sync-ground-").FullName;

    public void Dispose() => Directory.Delete(ground, recursive: true);

    [WindowsFact]
    public void NoPathLeadsThroughALinkInThePlaceOfADirectory()
    {
        var secret = Write(@"outside\deep\file");
        var inside = Write(@"root\was\deep\file");
        using var far = Junction.Make(At(@"root\sub"), At("outside"));
        using var beside = Junction.Make(At(@"root\near"), At(@"root\was"));
        var disk = new WindowsDisk([At("root")]);
        Assert.True(new WindowsDisk([]).Look(secret, out var stamp).Ok);
        Assert.True(disk.Look(inside, out var near).Ok);
        // Out of the directory, and to another place in it, whose files have other keys.
        foreach (var (link, there) in (ReadOnlySpan<(string, Stamp)>)[("sub", stamp), ("near", near)])
        {
            var path = At($@"root\{link}\deep\file");
            Assert.True(File.Exists(path));
            Assert.Equal(Access.Missing, disk.Open(path, out var file).Access);
            Assert.Null(file);
            Assert.Equal(Access.Missing, disk.Look(path, out _).Access);
            Assert.Equal(Access.Missing, disk.List(At($@"root\{link}\deep"), _ => Assert.Fail("listed")).Access);
            Assert.Equal(Access.Missing, disk.Delete(path, there, null).Access);
        }
        Assert.Equal((true, true), (File.Exists(secret), File.Exists(inside)));
        Assert.True(disk.List(At(@"root\was\deep"), _ => { }).Ok);
        Assert.True(disk.List(At("root"), _ => { }).Ok);
    }

    [WindowsFact]
    public void AFileThatWasReadIsNotDeletedWhereItsDirectoryWasTakenTo()
    {
        var path = Write(@"root\sub\file");
        var disk = new WindowsDisk([At("root")]);
        Assert.True(disk.Open(path, out var file).Ok);
        using (file)
        {
            // Windows itself keeps a directory in its place while a file in it is open; where it does not, it is the same file still, by another way.
            if (WindowsFactDiscoverer.OnWine) Take();
            else Assert.ThrowsAny<SystemException>(Take);
            using var junction = WindowsFactDiscoverer.OnWine ? Junction.Make(At(@"root\sub"), At("taken")) : null;
            if (WindowsFactDiscoverer.OnWine) Assert.Equal(Access.Missing, disk.Delete(path, file!.Stamp, file).Access);
        }
        if (!WindowsFactDiscoverer.OnWine) Take();
        using var again = Junction.Make(At(@"root\sub"), At("taken"));
        Assert.Equal(Access.Missing, disk.Delete(path, file!.Stamp, null).Access);
        Assert.True(File.Exists(At(@"taken\file")));
        Assert.True(new WindowsDisk([]).Delete(path, file.Stamp, null).Ok);

        void Take() => Directory.Move(At(@"root\sub"), At("taken"));
    }

    [WindowsFact(NotOnWine = "a link that is opened as such looks like what it leads to")]
    public void AWatchedDirectoryThatIsALinkByNowHoldsNothing()
    {
        Write(@"root\file");
        var fresh = Write(@"outside\file");
        var disk = new WindowsDisk([At("root")]);
        Assert.True(disk.Look(At(@"root\file"), out _).Ok);
        Directory.Move(At("root"), At("was"));
        using var junction = Junction.Make(At("root"), At("outside"));
        foreach (var asked in (IDisk[])[disk, new WindowsDisk([At("root")])])
        {
            Assert.Equal(Access.Missing, asked.Open(At(@"root\file"), out _).Access);
            Assert.False(asked.List(At("root"), _ => { }).Ok);
        }
        Assert.True(File.Exists(fresh));
    }

    [WindowsFact]
    public void ALinkOnTheWayToTheDirectoryIsFollowed()
    {
        Write(@"real\root\sub\file");
        using var junction = Junction.Make(At("way"), At("real"));
        var disk = new WindowsDisk([At(@"way\root")]);
        Assert.True(disk.List(At(@"way\root\sub"), _ => { }).Ok);
        AssertMoves(disk, At(@"way\root\sub\file"));
    }

    [WindowsFact]
    public void ADirectoryThatWasRenamedAndCameBackIsTheSame()
    {
        var path = Write(@"root\sub\file");
        var disk = new WindowsDisk([At("root")]);
        Assert.True(disk.Look(path, out _).Ok);
        Directory.Move(At("root"), At("away"));
        Assert.Equal(Access.Missing, disk.Look(path, out _).Access);
        Directory.Move(At("away"), At("root"));
        AssertMoves(disk, path);
    }

    [WindowsFact(NotOnWine = "makes no drive that leads anywhere")]
    public void ADriveThatStandsForADirectoryIsThatDirectory()
    {
        var path = Write(@"target\root\sub\file");
        Assert.True(DefineDosDevice(0, "Q:", At("target")));
        try
        {
            Assert.True(File.Exists(@"Q:\root\sub\file"));
            using var junction = Junction.Make(At(@"target\root\link"), At("target"));
            var disk = new WindowsDisk([@"Q:\root"]);
            Assert.Equal(Access.Missing, disk.Look(@"Q:\root\link\root\sub\file", out _).Access);
            AssertMoves(disk, @"Q:\root\sub\file");
            Assert.False(File.Exists(path));
        }
        finally
        {
            // DDD_REMOVE_DEFINITION.
            Assert.True(DefineDosDevice(2, "Q:", null));
        }
    }

    [WindowsFact]
    public unsafe void NamesInTheirShortFormAndInOtherLettersAreTheSame()
    {
        Write(@"A long name of a directory\Another long name of one\a long name of a file.txt");
        var buffer = new char[32_768];
        uint length;
        fixed (char* into = buffer) length = GetShortPathName(At(@"A long name of a directory\Another long name of one"), into, (uint)buffer.Length);
        var directory = new string(buffer, 0, (int)length);
        Assert.SkipUnless(directory.Contains("~", StringComparison.Ordinal), "this volume has no short names");
        var root = Path.GetDirectoryName(directory)!;
        Assert.True(new WindowsDisk([root]).Look(Path.Join(directory, "a long name of a file.txt"), out _).Ok);
        Assert.True(new WindowsDisk([At("A long name of a directory")]).Look(At($@"A long name of a directory\{Path.GetFileName(directory)}\a long name of a file.txt"), out _).Ok);
        AssertMoves(new WindowsDisk([At("A LONG NAME OF A DIRECTORY")]), At(@"A LONG NAME OF A DIRECTORY\another LONG name of one\A long name of a FILE.TXT"));
    }

    static void AssertMoves(WindowsDisk disk, string path)
    {
        Assert.True(disk.Open(path, out var file).Ok);
        using (file) Assert.Equal(new(Access.Ok), disk.Delete(path, file!.Stamp, file));
        Assert.False(File.Exists(path));
    }

    string At(string relative) => Path.Join(ground, relative);

    string Write(string relative)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllText(At(relative), "content");
        return At(relative);
    }

    [LibraryImport("kernel32.dll", EntryPoint = "DefineDosDeviceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool DefineDosDevice(uint flags, string drive, string? target);

    [LibraryImport("kernel32.dll", EntryPoint = "GetShortPathNameW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static unsafe partial uint GetShortPathName(string path, char* into, uint characters);
}
