using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

/// <summary>A writer whose open(2) found a file in the instant before its name was removed.</summary>
[SupportedOSPlatform("linux")]
public sealed class RescueTests : IDisposable
{
    readonly Ground ground = new();
    readonly LinuxDisk disk = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => ground.Dispose();

    [LinuxFact]
    public async Task WhatItWritesIsPutBackUnderTheName()
    {
        var path = ground.Write("a", "content\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await RemoveWhileAWriterComes(path, "echo late >> a; read wait");
        // It has the file open still: what it writes is not over.
        Assert.False(File.Exists(path));
        Assert.Equal(Access.Busy, disk.Delete(path, default, null).Access);
        await EndWriter();
        await Eventually.True(() => !Rescue.Holds(path), () => "it is held", Cancel);
        Assert.Equal("content\nlate\n", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, File.GetUnixFileMode(path));
    }

    [LinuxFact]
    public async Task OneThatWritesNothingHasNothingPutBack()
    {
        var path = ground.Write("a");
        await RemoveWhileAWriterComes(path, "read wait");
        await EndWriter();
        await Eventually.True(() => !Rescue.Holds(path), () => "it is held", Cancel);
        Assert.False(File.Exists(path));
        Assert.Equal(Access.Missing, disk.Delete(path, default, null).Access);
    }

    [LinuxFact]
    public async Task AFileThatHasTakenTheNameStaysAndTheOtherIsPutBackBesideIt()
    {
        var path = ground.Write("a", "content\n");
        await RemoveWhileAWriterComes(path, "echo late >&3; read wait");
        ground.Write("a", "another");
        await EndWriter();
        await Eventually.True(() => !Rescue.Holds(path), () => "it is held", Cancel);
        Assert.Equal(("another", "content\nlate\n"), (File.ReadAllText(path), File.ReadAllText(ground.At("a.put-back-1"))));
    }

    [LinuxFact]
    public async Task AWriterThatWaitsBeforeTheNameIsRemovedKeepsItThere()
    {
        var path = ground.Write("a");
        Assert.True(disk.Open(path, out var file).Ok);
        using (file)
        {
            await AwaitWriter(file!, "read wait");
            Assert.Equal(Access.Busy, disk.Delete(path, file!.Stamp, file).Access);
            Lease.Release(file.Handle);
            await EndWriter();
        }
        Assert.True(File.Exists(path));
    }

    Process writer = null!;

    async Task RemoveWhileAWriterComes(string path, string script)
    {
        Assert.True(disk.Open(path, out var file).Ok);
        using (file)
        {
            await AwaitWriter(file!, script);
            File.Delete(path);
            Begin(path, file!);
        }
        // Its open has been granted.
        Assert.Equal("open", await writer.StandardOutput.ReadLineAsync(Cancel));
    }

    static void Begin(string path, SourceFile file)
    {
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes], toParent: true);
        Assert.Equal(Access.Busy, Rescue.Begin(in place, path, file).Access);
    }

    async Task AwaitWriter(SourceFile file, string script)
    {
        Assert.True(Lease.Take(file.Handle, out var doubt).Ok && doubt is null);
        Assert.False(Lease.IsAwaited(file.Handle));
        writer = Process.Start(new ProcessStartInfo("/bin/sh", ["-ec", $"exec 3>>a; echo open; {script.Replace(">> a", ">&3")}"])
        { WorkingDirectory = ground.Path, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await Eventually.True(() => Lease.IsAwaited(file.Handle), () => "nobody came", Cancel);
    }

    async Task EndWriter()
    {
        await writer.StandardInput.WriteLineAsync("go on");
        await writer.WaitForExitAsync(Cancel);
        writer.Dispose();
    }
}
