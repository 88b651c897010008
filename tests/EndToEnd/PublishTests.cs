using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>What users are to copy: one file, small, and made without a complaint.</summary>
public sealed class PublishTests
{
    /// <summary>Megabytes of ten to the sixth, as download pages count.</summary>
    const long Largest = 14_000_000;

    [Fact]
    public async Task ThePublishHasNoWarning()
    {
        var exe = await Needs.PublishedExe();
        Assert.DoesNotContain("warning", exe.Log, System.StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task TheFolderToPublishHoldsOneFile()
    {
        var exe = await Needs.PublishedExe();
        Assert.Equal([exe.Path], Directory.EnumerateFileSystemEntries(PublishedExe.Folder));
    }

    [Fact]
    public async Task TheExecutableIsAtMost14MB()
    {
        var exe = await Needs.PublishedExe();
        Assert.InRange(new FileInfo(exe.Path).Length, 1, Largest);
    }
}
