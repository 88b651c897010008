using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Linux;

/// <summary>What /proc tells of other processes: proc(5). Has no state.</summary>
[SupportedOSPlatform("linux")]
static partial class Processes
{
    const int W_OK = 2, X_OK = 1;

    /// <summary>When a process started, in ticks since the machine did: no other process of that id has the same. Null where there is none.</summary>
    public static long? BornOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            // The second field is the program's name in brackets, which may hold anything; the start is the 22nd.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[22 - 3], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Who has the file open, as far as this account may look: id, name, and whether for writing.</summary>
    public static List<Holder> HoldersOf(string path)
    {
        List<Holder> holders = [];
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }
            try
            {
                foreach (var descriptor in Directory.EnumerateFileSystemEntries($"{directory}/fd"))
                {
                    if (new FileInfo(descriptor).LinkTarget == path)
                    {
                        holders.Add(new(id, File.ReadAllText($"{directory}/comm").Trim(), Writes(File.ReadAllText($"{directory}/fdinfo/{Path.GetFileName(descriptor)}"))));
                        break;
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is another user's.
            }
        }
        return holders;
    }

    /// <summary>True if this account may remove names from the directory: access(2).</summary>
    public static bool MayDeleteIn(string directory) => Access(directory, W_OK | X_OK) == 0;

    /// <summary>The last octal digit of "flags:" holds the access mode: 0 reads, 1 and 2 write.</summary>
    static bool Writes(string information)
    {
        foreach (var line in information.Split('\n'))
        {
            if (line.StartsWith("flags:", StringComparison.Ordinal))
            {
                return (line[^1] - '0' & 3) != 0;
            }
        }
        return false;
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
