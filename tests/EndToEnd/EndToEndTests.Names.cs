using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

public abstract partial class EndToEndTests
{
    [Fact]
    public async Task HundredsOfOddNamesBecomeExactlyTheirKeys()
    {
        foreach (var path in OddPaths())
            Scene.Write(path, Encoding.UTF8.GetByteCount(path) % 97);
        Assert.True(Scene.Expected.Count > 300, $"only {Scene.Expected.Count} names");
        await Scene.Drain();
        await Scene.AssertAllMoved();
        Assert.Empty(Scene.Files());
    }

    [Fact]
    public async Task AKeyOf1024BytesIsTakenAndOneOf1025IsParked()
    {
        // The key is "in/" and the path.
        foreach (var letter in (string[])["k", "é", "語", "🦊"])
            Scene.Write(PathOf(letter, 1024 - 3), 100);
        var tooLong = PathOf("k", 1025 - 3);
        Scene.Write(tooLong, 100);
        Scene.Write("after.dat", 100);
        var run = await Scene.Drain(expected: 3);
        var judgement = await Scene.Judge();
        judgement.AssertSound();
        Assert.Equal((1, 5), (judgement.Left, judgement.InBucket));
        Assert.NotNull(judgement.Ledger[tooLong].Parked);
        Assert.Equal(1, run.Count("1,024 bytes"));
    }

    [Fact]
    public async Task NamesThatAreNotUtf8AreLeftSaidOnceAndNoFailure()
    {
        Scene.Write("before.dat", 100);
        // A byte that never occurs, half a letter, an overlong slash, an encoded surrogate; as files, and one as a directory with a file in it.
        await Shell($"""
            cd '{Scene.Root}'
            for name in '\377.dat' 'a\303' '\300\257' '\355\240\200x'; do printf content > "$(printf "$name")"; done
            mkdir "$(printf 'dir\376')"; printf content > "$(printf 'dir\376')/inside"
            """);
        var run = await Scene.Drain();
        var judgement = await Scene.Judge();
        judgement.AssertSound();
        Assert.Equal((0, 1), (judgement.Left, judgement.InBucket));
        // Counted by the shell, which does not decode names.
        Assert.Equal("5", (await Shell($"find '{Scene.Root}' -type f | wc -l")).Trim());
        Assert.Equal(5, run.Count("not valid UTF-8"));
        Assert.Contains("5 ignored as their names are not UTF-8", run.Output);
    }

    [Fact]
    public async Task LinksPipesAndSocketsAreNeitherFollowedNorUploadedNorDeleted()
    {
        Scene.Write("plain.dat", 100);
        var outside = Path.Combine(Scene.Place, "outside");
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "secret"), "not to be uploaded");
        await Shell($"cd '{Scene.Root}' && ln -s '{outside}' directory && ln -s '{outside}/secret' file && ln -s nowhere dangling && mkfifo pipe");
        await Scene.Drain();
        await Scene.AssertAllMoved();
        Assert.Equal("directory\nfile\ndangling\npipe".Split('\n').Order(), Directory.EnumerateFileSystemEntries(Scene.Root).Select(Path.GetFileName).Order());
        Assert.True(File.Exists(Path.Combine(outside, "secret")));
    }

    /// <summary>The odd keys that a file can have, and names only a file system knows.</summary>
    static IEnumerable<string> OddPaths()
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in OddKeys.All)
            // Not every key is a path: components must not be empty, "." or "..", or over 255 bytes, nor the key over 1,024 with its first part.
            if (key.Split('/').All(name => name is not ("" or "." or "..") && Encoding.UTF8.GetByteCount(name) <= 255) && Encoding.UTF8.GetByteCount(key) <= 1024 - "in/odd/".Length)
                paths.Add("odd/" + key);
        // A name that is a directory for one key cannot be a file for another.
        var directories = paths.SelectMany(path => Parents(path)).ToHashSet(StringComparer.Ordinal);
        return [.. paths.Where(path => !directories.Contains(path)), .. new[] { "a", "ü", "語", "🦊" }.Select(letter => "long/" + Fill(letter, 255))];
    }

    static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    /// <summary>A path of so many bytes, of components of at most 255.</summary>
    static string PathOf(string letter, int bytes)
    {
        var components = new List<string>();
        for (; bytes > 255; bytes -= 201)
            components.Add(Fill(letter, 200));
        return string.Join('/', [.. components, Fill(letter, bytes)]);
    }

    static string Fill(string letter, int bytes)
    {
        var size = Encoding.UTF8.GetByteCount(letter);
        return string.Concat(Enumerable.Repeat(letter, bytes / size)) + new string('x', bytes % size);
    }

    /// <summary>Does what .NET cannot: names that are no text, pipes, moves of directories. Returns what it printed.</summary>
    static async Task<string> Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-ec", script]) { RedirectStandardOutput = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync(Cancel);
        await shell.WaitForExitAsync(Cancel);
        Assert.Equal(0, shell.ExitCode);
        return output;
    }
}
