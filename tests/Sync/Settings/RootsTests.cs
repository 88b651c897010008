using System;
using System.IO;
using System.Linq;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync.Settings;

/// <summary>Which directories can be watched, and how several of them go together.</summary>
public sealed class RootsTests : IDisposable
{
    const string Below = ", which is watched with all below it";

    readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    /// <summary>On Windows a link needs a right that few have.</summary>
    [LinuxFact]
    public void ALinkedRootIsResolvedAndKeepsTheNameItWasGiven()
    {
        _scene.Make("real/deep");
        Directory.CreateSymbolicLink(_scene.Path("link"), "real");
        Directory.CreateSymbolicLink(_scene.Path("twice"), _scene.Path("link/deep"));
        var roots = _scene.Read("-w", "twice", "-b", "bucket").Settings!.Roots;
        Assert.Equal(new(0, _scene.Path("real/deep"), "bucket", "twice") { Filter = S3Sync.Sync.Filter.Standard }, Assert.Single(roots));
    }

    [Theory]
    [InlineData("in in/sub", "in", "--watch-dir: 'in/sub' is inside 'in'" + Below)]
    [InlineData("in/sub in", "in", "--watch-dir: 'in/sub' is inside 'in'" + Below)]
    [InlineData("in in/../in/", "in", "--watch-dir: 'in/../in/' is the same directory as 'in'" + Below)]
    [InlineData("in out in in", "in out", "--watch-dir: 'in' is the same directory as 'in'" + Below + "\n--watch-dir: 'in' is the same directory as 'in'" + Below)]
    [InlineData("in/sub in/sub/sub in", "in", "--watch-dir: 'in/sub' is inside 'in'" + Below + "\n--watch-dir: 'in/sub/sub' is inside 'in'" + Below)]
    [InlineData("in inside", "in inside", "")]
    public void NestedRootsCollapseToTheOuterOneWithANote(string given, string kept, string note)
    {
        _scene.Make("in/sub/sub");
        _scene.Make("inside");
        AssertCollapse(given, kept, note);
    }

    [LinuxFact]
    public void ALinkIsTheDirectoryItLeadsTo()
    {
        _scene.Make("in/sub/sub");
        Directory.CreateSymbolicLink(_scene.Path("link"), _scene.Path("in"));
        AssertCollapse("in link", "in", "--watch-dir: 'link' is the same directory as 'in'" + Below);
        AssertCollapse("link/sub in", "in", "--watch-dir: 'link/sub' is inside 'in'" + Below);
        AssertLedgerRefused("link/ledger.db", "link/ledger.db");
    }

    void AssertCollapse(string given, string kept, string note)
    {
        var reading = _scene.Read(["-b", "bucket", "-w", .. given.Split(' ')]);
        Assert.Equal("", Scene.Shown(reading));
        Assert.Equal(kept.Split(' '), reading.Settings!.Roots.Select(root => root.Prefix));
        Assert.Equal(Enumerable.Range(0, reading.Settings.Roots.Length), reading.Settings.Roots.Select(root => root.Index));
        Assert.Equal(note, string.Join('\n', reading.Notes));
    }

    [Theory]
    [InlineData("""{"path":"in"}, {"path":"in/sub","bucket":"other"}""", "watchDirs[1] in s3sync.json: 'in/sub' is inside 'in' but has another bucket | give both one bucket, or watch directories that lie side by side")]
    [InlineData("""{"path":"in","bucket":"other"}, "in/sub" """, "watchDirs[1] in s3sync.json: 'in/sub' is inside 'in' but has another bucket | give both one bucket, or watch directories that lie side by side")]
    [InlineData("""{"path":"in"}, {"path":"in/sub","prefix":"sub"}""", "watchDirs[1] in s3sync.json: 'in/sub' is inside 'in' but has another prefix | leave its prefix out, or watch directories that lie side by side")]
    [InlineData("""{"path":"in"}, {"path":"in","prefix":"IN"}""", "watchDirs[1] in s3sync.json: 'in' is the same directory as 'in' but has another prefix | leave its prefix out, or watch directories that lie side by side")]
    [InlineData("""{"path":"in"}, {"path":"in/sub","prefix":"in/sub/","bucket":"bucket"}""", "")]
    [InlineData("""{"path":"in","prefix":""}, {"path":"in/sub","prefix":"sub"}""", "")]
    [InlineData("""{"path":"in","prefix":"a"}, {"path":"in/sub"}""", "")]
    public void ANestedRootWithOtherKeysIsAProblem(string directories, string expected)
    {
        _scene.Make("in/sub");
        var reading = _scene.ReadJson($$"""{ "bucket": "bucket", "watchDirs": [{{directories}}] }""");
        Assert.Equal(expected, Scene.Shown(reading));
        Assert.Equal(expected.Length == 0 ? 1 : 0, reading.Settings?.Roots.Length ?? 0);
    }

    [Fact]
    public void DirectoriesSideBySideMayShareTheirKeys()
    {
        var roots = _scene.Read("-w", "in", "out", "-b", "bucket", "--prefix", "one").Settings!.Roots;
        Assert.Equal([("in", "one"), ("out", "one")], roots.Select(root => (Path.GetFileName(root.Path), root.Prefix)));
    }

    [Theory]
    [InlineData("nowhere", "--watch-dir: 'nowhere' does not exist | create it, or correct the path")]
    [InlineData("file", "--watch-dir: 'file' is not a directory | name the directory that the file is in")]
    [InlineData("", "--watch-dir: '' is not a path | give the path of a file or directory")]
    public void ARootMustBeADirectory(string given, string expected)
    {
        _scene.Write("file", "");
        Assert.Equal(expected, Scene.Shown(_scene.Read("-b", "bucket", "-w", given)));
    }

    [LinuxFact]
    public void ALinkThatLeadsNowhereIsNoDirectory()
    {
        Directory.CreateSymbolicLink(_scene.Path("dangling"), "gone");
        Directory.CreateSymbolicLink(_scene.Path("circle"), "circle");
        Assert.Equal("--watch-dir: 'dangling' does not exist | create it, or correct the path", Scene.Shown(_scene.Read("-b", "bucket", "-w", "dangling")));
        Assert.Equal("--watch-dir: 'circle' is not a directory | name the directory that the file is in", Scene.Shown(_scene.Read("-b", "bucket", "-w", "circle")));
    }

    [Fact]
    public void AFileSystemRootIsRefused()
    {
        var top = Path.GetPathRoot(_scene.Directory)!;
        // On Windows a link needs a right that few have.
        if (!OperatingSystem.IsWindows())
            Directory.CreateSymbolicLink(_scene.Path("top"), top);
        foreach (var given in OperatingSystem.IsWindows() ? [top] : new[] { top, "top" })
        {
            Assert.StartsWith($"--watch-dir: '{given}' is the root of a file system: all of it would be uploaded and deleted | name a directory below it",
                Scene.Shown(_scene.Read("-b", "bucket", "-w", given)));
        }
    }

    [Theory]
    [InlineData("in/ledger.db", "in/ledger.db")]
    [InlineData("in/deep/er/ledger.db", "in/deep/er/ledger.db")]
    public void ARootWithTheLedgerInItIsRefused(string ledger, string shown) => AssertLedgerRefused(ledger, shown);

    void AssertLedgerRefused(string ledger, string shown)
    {
        Assert.Equal($"--watch-dir: 'in' contains the ledger '{_scene.Path(shown)}', which would be uploaded and deleted | put it elsewhere with --ledger FILE",
            Scene.Shown(_scene.Read("-w", "in", "out", "-b", "bucket", "--ledger", ledger)));
    }

    [Fact]
    public void ARootWithTheSettingsFileOrTheProgramInItIsRefused()
    {
        _scene.Write("in/c.json", "{}");
        Assert.Equal($"--watch-dir: 'in' contains the settings file '{_scene.Path("in/c.json")}', which would be uploaded and deleted | move it out of every watched directory",
            Scene.Shown(_scene.Read("-w", "in", "-b", "bucket", "--config", "in/c.json")));
        Assert.Contains($"contains this program '{Environment.ProcessPath}'",
            Scene.Shown(_scene.Read("-w", Path.GetDirectoryName(Environment.ProcessPath)!, "-b", "bucket")));
    }

    [Fact]
    public void ADirectoryThatMayNotBeListedIsRefused()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(_scene.Path("in"), UnixFileMode.UserWrite);
        var shown = Scene.Shown(_scene.Read("-w", "in", "-b", "bucket"));
        File.SetUnixFileMode(_scene.Path("in"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Root lists every directory.
        if (Environment.IsPrivilegedProcess)
            Assert.Equal("", shown);
        else
            Assert.Matches(@"^--watch-dir: 'in' cannot be read: .+ \| let this user list it, or run s3sync as one who may$", shown);
    }

    [Fact]
    public void ABucketGivenHigherUpDoesNotReplaceADirectorysOwnAndSaysSo()
    {
        var reading = _scene.ReadJson("""{ "watchDirs": [{ "path": "in", "bucket": "own" }, "out"] }""", "-b", "trial");
        Assert.Equal(["own", "trial"], reading.Settings!.Roots.Select(root => root.Bucket));
        Assert.Equal("watchDirs[0] in s3sync.json keeps its own bucket 'own'; --bucket 'trial' is for those without one", Assert.Single(reading.Notes));
    }
}
