using System;
using System.IO;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>
/// Whoever may write in a watched directory must not be able to have other files of the machine uploaded or deleted:
/// no component below the root is ever followed through a link, whenever it was put there.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class EscapeTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public void NoPathLeadsThroughALinkWhicheverWayItIsWalked()
    {
        using var ground = new Ground();
        var secret = ground.Write("outside/deep/file", "secret");
        ground.Write("root/sub/deep/file");
        Directory.Move(ground.At("root/sub"), ground.At("root/was"));
        Directory.CreateSymbolicLink(ground.At("root/sub"), ground.At("outside"));
        var disk = new LinuxDisk();
        var path = ground.At("root/sub/deep/file");
        Assert.True(disk.Look(secret, out var stamp).Ok);
        try
        {
            foreach (var stepwise in (bool[])[false, true])
            {
                NativePath.Stepwise = stepwise;
                Assert.Equal(Access.Missing, disk.Open(path, out _).Access);
                Assert.Equal(Access.Missing, disk.Look(path, out _).Access);
                Assert.Equal(Access.Missing, disk.List(ground.At("root/sub/deep"), _ => Assert.Fail("listed")).Access);
                Assert.Equal(Access.Missing, disk.Delete(path, stamp, null).Access);
                Assert.True(disk.Open(secret, out var source).Ok);
                using (source)
                    Assert.Equal(Access.Missing, disk.Delete(path, stamp, source).Access);
                Assert.True(disk.Look(ground.At("root/was/deep/file"), out _).Ok);
                Assert.True(disk.Look("/proc/version", out _).Ok);
                Assert.True(disk.Look(ground.At("root//was/deep/file"), out _).Ok);
            }
        }
        finally
        {
            NativePath.Stepwise = false;
        }
        Assert.Equal("secret", File.ReadAllText(secret));
    }

    [LinuxFact]
    public async Task ADirectorySwappedForALinkAfterItsFilesWereFoundLeadsToNothingOutside()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["file"], "secret");
        File.WriteAllText(outside["proven"], "the same");
        // One file pending, another in the bucket and not deleted yet, when the directory is swapped.
        File.WriteAllText(stand.Write("sub/proven", "the same"u8.ToArray()), "the same");
        Assert.Null((await stand.DrainAsync(Cancel, rules => rules with { Keep = true })).Fault);
        var fault = stand.Server.Faults.Add(Fault.Answer(503, "SlowDown"));
        await using var running = stand.Run();
        await Eventually.True(() => stand.Log.Count("watching") == 2, stand.Log.ToString, Cancel);
        File.WriteAllText(Path.Join(stand.Root.Path, "sub", "file"), "harmless");
        // What is read before the swap may still be sent after it; from the fault on the file waits to be opened again.
        await fault.Reached.WaitAsync(Cancel);
        await Eventually.True(() => stand.Log.Count("uploads rest for") == 1 && LedgerRows.Of(stand.Ledger, "sub/file") is not null, stand.Log.ToString, Cancel);
        Directory.Move(Path.Join(stand.Root.Path, "sub"), stand.Root.Path + ".was");
        Directory.CreateSymbolicLink(Path.Join(stand.Root.Path, "sub"), outside.Path);
        stand.Server.Faults.Clear();
        await Eventually.True(() => LedgerRows.Count(stand.Ledger, "due IS NOT NULL") == 0, stand.Log.ToString, Cancel);
        stand.Write("fence", PipelineStand.Bytes(10));
        await Eventually.True(() => stand.Server.Objects("bucket").ContainsKey("in/fence"), stand.Log.ToString, Cancel);
        Assert.Equal(["in/fence", "in/sub/proven"], [.. new System.Collections.Generic.SortedSet<string>(stand.Server.Objects("bucket").Keys, StringComparer.Ordinal)]);
        Assert.Equal(("secret", "the same"), (File.ReadAllText(outside["file"]), File.ReadAllText(outside["proven"])));
        Assert.Equal(Stage.Vanished, LedgerRows.Of(stand.Ledger, "sub/file")!.Value.Stage);
    }
}
