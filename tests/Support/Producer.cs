using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// "producer KIND ROOT SEED COUNT": makes files below ROOT as other programs do, in a process of its own: under Wine only another Windows process
/// has locks the program can meet. Says a line for each file before it is there: "file", its size, its seed and its path with '/' as separator,
/// with tabs between. ROOT.beside is where it makes what is moved in.
/// </summary>
sealed class Producer
{
    const string Usage = "usage: producer slow|rename|append|readonly|moved|nested|odd|many|hostile ROOT SEED COUNT";

    /// <summary>A directory's path is short; with this below it no path fits into 260 characters.</summary>
    static readonly string Long = string.Join('/', Enumerable.Repeat(new string('d', 100), 4));

    static readonly string[] Odd =
    [
        "trailing dot.", "trailing space ", "CON", "nul.txt", "COM1", "emoji 🚀.txt", "Größe.txt", "日本語.txt", "per%20cent+plus.txt", "#&;=@,!.txt",
        "AUX/PRN.d/in devices.", "dir. /space ", "~tilde~1.txt", "café.txt", "cafe\u0301.txt", " leading space", ".hidden", "..two dots", "three...",
        "control\u007F", "'quote'", "[brackets]{}", "x\u2028y", Long + "/long.dat", Long + "/trailing dot.",
    ];

    readonly Stream output = Console.OpenStandardOutput();
    readonly string root;
    readonly int count;
    int seed;

    Producer(string root, int seed, int count) => (this.root, this.seed, this.count) = (root, seed, count);

    string Beside => root + ".beside";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var kind, var root, var seed, var count])
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        var producer = new Producer(root, int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        await producer.Produce(kind);
        return 0;
    }

    async Task Produce(string kind)
    {
        if (kind == "slow")
            // Most hold their file for a moment, the last for ten seconds.
            await Task.WhenAll(Enumerable.Range(0, count).Select(i => WriteSlowly($"slow/{i}.dat", i == count - 1 ? 10 : 0.1 + i % 10 * 0.2)));
        else if (kind == "odd")
            foreach (var path in Odd)
                Write("odd/" + path, 1000);
        else if (kind == "hostile")
            await new Hostile(root, seed, Say).Run(TimeSpan.FromSeconds(count));
        else
            for (var i = 0; i < count; i++)
                One(kind, i);
    }

    void One(string kind, int i)
    {
        switch (kind)
        {
            case "rename":
                var file = Promise($"renamed/{i}.dat", 5000);
                var temporary = Full($"renamed/{i}.dat") + ".part";
                Write(temporary, file, FileMode.CreateNew, 0, 5000, rename: Full($"renamed/{i}.dat"));
                break;
            case "append":
                var log = Promise($"append/{i}.log", 5 * 700);
                for (var piece = 0; piece < 5; piece++)
                    Write(Full($"append/{i}.log"), log, piece == 0 ? FileMode.CreateNew : FileMode.Open, piece * 700, 700);
                break;
            case "readonly":
                Write($"readonly/{i}.dat", 300);
                break;
            case "moved":
                for (var j = 0; j < 10; j++)
                    Write(Path.Join(Beside, $"moved-{i}", $"{j % 3}", $"{j}.dat"), Promise($"moved-{i}/{j % 3}/{j}.dat", 900), FileMode.CreateNew, 0, 900);
                Directory.Move(Path.Join(Beside, $"moved-{i}"), Path.Join(root, $"moved-{i}"));
                break;
            case "nested":
                for (var (depth, path) = (0, $"nested-{i}"); depth < 6; depth++, path += $"/{depth}")
                    Write($"{path}/file.dat", 700);
                break;
            case "many":
                Write($"many/{i % 50}/a name long enough to fill a small buffer soon {i}.dat", 100);
                break;
            default:
                throw new ArgumentException(Usage);
        }
        if (kind == "readonly")
            File.SetAttributes(Full($"readonly/{i}.dat"), FileAttributes.ReadOnly);
    }

    async Task WriteSlowly(string path, double seconds)
    {
        const int pieces = 10, piece = 3000;
        int own;
        lock (output)
            own = Promise(path, pieces * piece);
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        await using var file = new FileStream(Full(path), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        for (var i = 0; i < pieces; i++)
        {
            Pattern.Write(file, own, i * piece, piece);
            await Task.Delay(TimeSpan.FromSeconds(seconds / pieces));
        }
    }

    void Write(string path, int size) => Write(Full(path), Promise(path, size), FileMode.CreateNew, 0, size);

    static void Write(string full, int own, FileMode mode, int from, int size, string? rename = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        using var file = new FileStream(full, mode, FileAccess.Write, FileShare.Read | FileShare.Delete, 0);
        file.Seek(from, SeekOrigin.Begin);
        Pattern.Write(file, own, from, size);
        // While it is open: nobody may take the other name.
        if (rename is not null)
            File.Move(full, rename);
    }

    int Promise(string path, long size)
    {
        Say($"file\t{size}\t{++seed}\t{path}");
        return seed;
    }

    /// <summary>In UTF-8 whatever the console's own is.</summary>
    void Say(string line)
    {
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
        output.Flush();
    }

    /// <summary>As it is: without the prefix Windows takes dots and spaces off the end of a name, and CON for the console.</summary>
    string Full(string path) =>
        OperatingSystem.IsWindows() ? @"\\?\" + Path.GetFullPath(root) + '\\' + path.Replace('/', '\\') : Path.Join(root, path);
}
