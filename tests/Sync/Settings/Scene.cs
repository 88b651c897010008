using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync.Settings;

/// <summary>A working directory of its own with the directories "in" and "out", an environment and a settings file; removed with the test.</summary>
sealed class Scene : IDisposable
{
    public Scene()
    {
        Directory = RealPath.Of(System.IO.Directory.CreateTempSubdirectory("s3sync-settings-").FullName);
        Make("in");
        Make("out");
        Environment["HOME"] = Path("home");
        Environment["ProgramData"] = Path("home");
    }

    public string Directory { get; }

    public Dictionary<string, string> Environment { get; } = [];

    public string Path(string relative) => System.IO.Path.GetFullPath(relative, Directory);

    public string Make(string relative) => System.IO.Directory.CreateDirectory(Path(relative)).FullName;

    public void Write(string relative, string content) => Write(relative, Encoding.UTF8.GetBytes(content));

    public void Write(string relative, byte[] content) => File.WriteAllBytes(Path(relative), content);

    public Reading Read(params string[] args) => S3Sync.Sync.Settings.Settings.Read(args, Environment, Directory, privileged: false);

    /// <summary>Reads with this as the content of the settings file.</summary>
    public Reading ReadJson(string json, params string[] args)
    {
        Write("s3sync.json", json);
        return Read([.. args, "--config", "s3sync.json"]);
    }

    /// <summary>All problems as the person sees them, one line each.</summary>
    public static string Shown(Reading reading) => string.Join('\n', reading.Problems.Select(problem => $"{problem.What} | {problem.Hint}"));

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
