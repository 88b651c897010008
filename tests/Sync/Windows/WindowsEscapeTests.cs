using System;
using System.IO;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Windows;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

/// <summary>A whole pipeline under whose hands a directory becomes a junction: what it leads to is neither uploaded nor deleted.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsEscapeTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [WindowsFact]
    public async Task ADirectorySwappedBetweenTheFindingOfAFileAndItsOpeningLeadsToNothingOutside()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["file"], "secret");
        Directory.CreateDirectory(Path.Join(stand.Root.Path, "sub"));
        File.WriteAllText(Path.Join(stand.Root.Path, "sub", "file"), "harmless");
        stand.Write("other", PipelineStand.Bytes(100));
        Junction? junction = null;
        var disk = new DiskWithAVisitor(new WindowsDisk([stand.Root.Path]), "file", () =>
        {
            Directory.Move(Path.Join(stand.Root.Path, "sub"), stand.Root.Path + ".was");
            junction = Junction.Make(Path.Join(stand.Root.Path, "sub"), outside.Path);
        });
        await using (var running = stand.Run(disk: disk))
        {
            await Eventually.True(() => disk.Visits > 0 && LedgerRows.Count(stand.Ledger, "due IS NOT NULL") == 0, stand.Log.ToString, Cancel);
            await running.StopAsync();
        }
        junction!.Dispose();
        Assert.Equal(["in/other"], stand.Server.Objects("bucket").Keys);
        Assert.Equal("secret", File.ReadAllText(outside["file"]));
        Assert.Equal(Stage.Vanished, LedgerRows.Of(stand.Ledger, @"sub\file")!.Value.Stage);
    }

    [WindowsFact]
    public async Task ADirectorySwappedBetweenTheUploadOfAFileAndItsDeletionLeadsToNothingOutside()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        using var place = new TemporaryDirectory();
        var file = stand.Write("sub/file", "uploaded"u8.ToArray());
        var same = stand.Write("sub/same bytes", "the same"u8.ToArray());
        // A reader that does not share deletion: what it has open is uploaded, and deleted later.
        using (File.Open(file, FileMode.Open, FileAccess.Read, FileShare.Read))
        using (File.Open(same, FileMode.Open, FileAccess.Read, FileShare.Read))
        await using (var running = stand.Run())
        {
            await Eventually.True(() => running.Pipeline.Tally.Uploaded == 2, stand.Log.ToString, Cancel);
            await running.StopAsync();
        }
        Assert.Equal(2, LedgerRows.Count(stand.Ledger, "uploaded IS NOT NULL AND due IS NOT NULL"));
        // The very file that was uploaded, moved out of reach; and another one with the same bytes, as a proof by content takes for it.
        Directory.Move(Path.Join(stand.Root.Path, "sub"), place["outside"]);
        File.Delete(Path.Join(place["outside"], "same bytes"));
        File.WriteAllText(Path.Join(place["outside"], "same bytes"), "the same");
        using var junction = Junction.Make(Path.Join(stand.Root.Path, "sub"), place["outside"]);
        Assert.Null((await stand.DrainAsync(Cancel)).Fault);
        Assert.Equal(0, LedgerRows.Count(stand.Ledger, "due IS NOT NULL"));
        Assert.Equal("uploaded", File.ReadAllText(Path.Join(place["outside"], "file")));
        Assert.Equal("the same", File.ReadAllText(Path.Join(place["outside"], "same bytes")));
        Assert.Equal(2, stand.Server.Objects("bucket").Count);
    }

    /// <summary>A disk before which somebody comes, once, in the instant before a file of that name is opened.</summary>
    sealed class DiskWithAVisitor(IDisk disk, string name, Action visit) : IDisk
    {
        int visits;

        public int Visits => Volatile.Read(ref visits);

        public AccessResult Open(string path, out SourceFile? file)
        {
            if (Path.GetFileName(path) == name && Visits == 0)
            {
                visit();
                Interlocked.Increment(ref visits);
            }
            return disk.Open(path, out file);
        }

        public AccessResult Look(string path, out Stamp stamp) => disk.Look(path, out stamp);

        public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume) => disk.Delete(path, expected, open, volume);

        public AccessResult Identify(string directory, out RootIdentity identity) => disk.Identify(directory, out identity);

        public AccessResult RemoveEmpty(string directory, TimeSpan untouched) => disk.RemoveEmpty(directory, untouched);

        public AccessResult List(string directory, Action<S3Sync.Sync.Entry> each) => disk.List(directory, each);
    }
}
