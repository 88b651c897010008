using System;
using System.Diagnostics;
using System.IO;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

/// <summary>An empty directory for one test, gone with everything in it afterwards, however deep and however named.</summary>
sealed class Ground : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("s3sync-ground-").FullName;

    /// <summary>A path below it.</summary>
    public string At(string relative) => System.IO.Path.Join(Path, relative);

    public string Write(string relative, string content = "content")
    {
        var path = At(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Runs a shell in it, for what .NET's own file functions cannot name or reach.</summary>
    public void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-ec", script]) { WorkingDirectory = Path })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    /// <summary>Makes a tree whose path is longer than the 4,096 bytes of PATH_MAX, with a file "leaf" at its end; answers its directory relative to the ground.</summary>
    public string Deepen()
    {
        var name = new string('d', 200);
        Shell($"i=0; while [ $i -lt 25 ]; do mkdir {name}; cd -P {name}; i=$((i+1)); done; printf deep > leaf");
        return string.Join('/', System.Linq.Enumerable.Repeat(name, 25));
    }

    public void Dispose()
    {
        using var remove = Process.Start("/bin/rm", ["-rf", Path]);
        remove.WaitForExit();
    }
}
