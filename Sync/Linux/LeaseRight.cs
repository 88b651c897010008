using System;
using System.Globalization;
using System.IO;
using System.Runtime.Versioning;
using System.Text;

namespace S3Sync.Sync.Linux;

/// <summary>Whether this process may take leases on the files of a directory that others put there. Has no state.</summary>
[SupportedOSPlatform("linux")]
static class LeaseRight
{
    /// <summary>capabilities(7), linux/capability.h.</summary>
    const int CapLease = 28;

    /// <summary>S_IWGRP and S_IWOTH.</summary>
    const uint OthersMayWrite = 0x12;

    /// <summary>Why it may not be granted there; null where it will be, or where that cannot be known before a file is opened.</summary>
    public static Doubt? DoubtIn(string directory)
    {
        var path = Encoding.UTF8.GetBytes(directory + '\0');
        if (Statx.Follow(ref path[0], out var found) != 0) return null;
        try
        {
            var status = File.ReadAllLines("/proc/self/status");
            var user = uint.Parse(Words(status, "Uid:")[1], CultureInfo.InvariantCulture);
            var rights = ulong.Parse(Words(status, "CapEff:")[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var isGranted = (rights >> CapLease & 1) != 0 && IsMachinesOwn();
            return isGranted || (found.Owner == user && (found.Mode & OthersMayWrite) == 0) ? null : Lease.NotPermitted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            // A sandbox may hide it; then the first file tells.
            return null;
        }
    }

    /// <summary>The kernel asks for the right in the first user namespace: a container's own root has it only if that is the same. user_namespaces(7).</summary>
    static bool IsMachinesOwn() =>
        File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];

    static string[] Words(string[] status, string name) =>
        Array.Find(status, line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
}
