using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace S3Sync.Benchmarks;

/// <summary>What the figures were measured on.</summary>
static class Machine
{
    /// <summary>How a file of results begins: with the command that makes it, but for its places on this machine, and with the machine.</summary>
    public static string Head(string[] args)
    {
        var said = args.Where((word, at) => word is not ("--out" or "--exe") && (at == 0 || args[at - 1] is not ("--out" or "--exe"))).Select(word => word.Contains(' ') ? $"\"{word}\"" : word);
        return $"# dotnet run -c Release --project Benchmarks -- {string.Join(' ', said)}\n\n{Describe()}\n\n";
    }

    static string Describe()
    {
        var model = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        return $"{model ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.";
    }
}
