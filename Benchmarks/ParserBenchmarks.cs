using System;
using System.IO;
using System.Text;
using BenchmarkDotNet.Attributes;
using S3Sync.Sync.Linux;
using S3Sync.Sync.Windows;

namespace S3Sync.Benchmarks;

/// <summary>
/// Claim: a kernel buffer full of notifications is taken apart without allocating, far faster than a kernel fills it. The obvious way is a
/// reader that copies each record and makes a string of its name.
/// </summary>
[MemoryDiagnoser]
public class ParserBenchmarks
{
    const int Records = 1000;

    byte[] inotify = [], changes = [], dirents = [];

    [GlobalSetup]
    public void Fill()
    {
        using MemoryStream linux = new(), windows = new(), directory = new();
        for (var i = 0; i < Records; i++)
        {
            var name = $"measurement-{i:000000}.csv";
            WriteInotify(linux, name);
            WriteChange(windows, name, isLast: i == Records - 1);
            WriteDirent(directory, name);
        }
        (inotify, changes, dirents) = (linux.ToArray(), windows.ToArray(), directory.ToArray());
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public int InotifyByReader()
    {
        using var reader = new BinaryReader(new MemoryStream(inotify));
        var length = 0;
        while (reader.BaseStream.Position < inotify.Length)
        {
            reader.ReadInt32();
            reader.ReadUInt32();
            reader.ReadUInt32();
            length += Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32())).TrimEnd('\0').Length;
        }
        return length;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Inotify()
    {
        var parser = new InotifyParser(inotify);
        var length = 0;
        while (parser.TryNext(out _, out _, out var name))
        {
            length += name.Length;
        }
        return length;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int ReadDirectoryChanges()
    {
        var parser = new ChangesParser(changes);
        var length = 0;
        while (parser.TryNext(out _, out var name))
        {
            length += name.Length;
        }
        return length;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int GetDents()
    {
        var parser = new DirentParser(dirents);
        var length = 0;
        while (parser.TryNext(out var name, out _))
        {
            length += name.Length;
        }
        return length;
    }

    /// <summary>struct inotify_event: the name padded with zeros to 16 bytes.</summary>
    static void WriteInotify(Stream into, string name)
    {
        var padded = (name.Length + 16) / 16 * 16;
        into.Write(BitConverter.GetBytes(1));
        into.Write(BitConverter.GetBytes(8));
        into.Write(BitConverter.GetBytes(0));
        into.Write(BitConverter.GetBytes(padded));
        into.Write(Encoding.UTF8.GetBytes(name.PadRight(padded, '\0')));
    }

    /// <summary>FILE_NOTIFY_INFORMATION: aligned to 4 bytes.</summary>
    static void WriteChange(Stream into, string name, bool isLast)
    {
        var bytes = Encoding.Unicode.GetBytes(name);
        var padding = -bytes.Length & 3;
        into.Write(BitConverter.GetBytes(isLast ? 0 : 12 + bytes.Length + padding));
        into.Write(BitConverter.GetBytes(1));
        into.Write(BitConverter.GetBytes(bytes.Length));
        into.Write(bytes);
        into.Write(new byte[padding]);
    }

    /// <summary>struct linux_dirent64: aligned to 8 bytes.</summary>
    static void WriteDirent(Stream into, string name)
    {
        var length = (19 + name.Length + 1 + 7) / 8 * 8;
        into.Write(new byte[16]);
        into.Write(BitConverter.GetBytes((ushort)length));
        into.WriteByte((byte)DirentType.Regular);
        into.Write(Encoding.UTF8.GetBytes(name.PadRight(length - 19, '\0')));
    }
}
