using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Which directories are removed once nothing is in them, on the disk of this system.</summary>
public sealed class EmptyDirectoryTests : IDisposable
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    readonly TemporaryDirectory ground = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => ground.Dispose();

    [Fact]
    public void OneThatIsEmptyAndOldIsRemovedAndNoOther()
    {
        var disk = Platform.OpenDisk([ground.Path]);
        var (old, young, full, file) = (Make("old"), Make("young"), Make("full"), ground["file"]);
        File.WriteAllText(Path.Join(full, "file"), "");
        File.WriteAllText(file, "");
        foreach (var aged in (string[])[old, full])
            Age(aged);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow - 2 * Minute);
        Assert.Equal(Access.Ok, disk.RemoveEmpty(old, Minute).Access);
        Assert.Equal(Access.Different, disk.RemoveEmpty(young, Minute).Access);
        Assert.Equal(Access.Different, disk.RemoveEmpty(full, Minute).Access);
        Assert.Equal(Access.NotRegular, disk.RemoveEmpty(file, Minute).Access);
        Assert.Equal(Access.Missing, disk.RemoveEmpty(old, Minute).Access);
        Assert.Equal((false, true, true, true), (Directory.Exists(old), Directory.Exists(young), File.Exists(Path.Join(full, "file")), File.Exists(file)));
    }

    // Making one takes a right on Windows.
    [LinuxFact]
    public void ALinkIsNotRemovedNorWhatItLeadsTo()
    {
        var disk = Platform.OpenDisk([ground.Path]);
        var target = Make("target");
        var link = ground["link"];
        Directory.CreateSymbolicLink(link, target);
        Age(target);
        Assert.Equal(Access.NotRegular, disk.RemoveEmpty(link, TimeSpan.Zero).Access);
        Assert.True(Directory.Exists(target) && Path.Exists(link));
    }

    [Fact]
    public async Task AScanRemovesWhatWasLeftEmptyButNotTheRootAndOnlyIfAsked()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Write("full/file", PipelineStand.Bytes(10));
        var (old, young) = (Path.Join(stand.Root.Path, "a", "old"), Path.Join(stand.Root.Path, "a", "young"));
        Directory.CreateDirectory(old);
        Age(old);
        Directory.CreateDirectory(young);
        await stand.DrainAsync(Cancel);
        Assert.True(Directory.Exists(old));
        await stand.DrainAsync(Cancel, rules => rules with { RemoveEmpty = true, Keep = true });
        Assert.True(Directory.Exists(old));
        await stand.DrainAsync(Cancel, rules => rules with { RemoveEmpty = true });
        Assert.Equal((false, true), (Directory.Exists(old), Directory.Exists(young)));
        Directory.Delete(young);
        foreach (var directory in Directory.GetDirectories(stand.Root.Path))
            Age(directory);
        Age(stand.Root.Path);
        await stand.DrainAsync(Cancel, rules => rules with { RemoveEmpty = true });
        Assert.Empty(Directory.GetFileSystemEntries(stand.Root.Path));
        Age(stand.Root.Path);
        await stand.DrainAsync(Cancel, rules => rules with { RemoveEmpty = true });
        Assert.True(Directory.Exists(stand.Root.Path));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task WhileTheStopFileIsThereNoDirectoryIsRemoved()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var old = Directory.CreateDirectory(Path.Join(stand.Root.Path, "old")).FullName;
        Age(old);
        await File.WriteAllTextAsync(ground["stop"], "", Cancel);
        await stand.DrainAsync(Cancel, rules => rules with { RemoveEmpty = true, DeleteLimits = new(ground["stop"], null) });
        Assert.True(Directory.Exists(old));
    }

    string Make(string name) => Directory.CreateDirectory(ground[name]).FullName;

    static void Age(string directory) => Directory.SetLastWriteTimeUtc(directory, DateTime.UtcNow - 2 * Minute);
}
