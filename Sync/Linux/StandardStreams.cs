using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace S3Sync.Sync.Linux;

/// <summary>
/// Descriptors 0, 1 and 2. Where one is closed (<c>2>&amp;-</c>, a bare init) the next file that is opened takes its number: the ledger, or a
/// connection, to which another's words to standard error would then go. Has no state.
/// </summary>
[SupportedOSPlatform("linux")]
static class StandardStreams
{
    const int Count = 3;

    static readonly byte[] Null = [.. "/dev/null"u8, 0], Random = [.. "/dev/urandom"u8, 0];

    /// <summary>
    /// Opens /dev/null for each that is closed; before anything else is opened. The native runtime has opened its source of random bytes by then, which
    /// may have got one of the numbers and cannot be moved: then the program starts itself once more, with all three open.
    /// </summary>
    public static void Fill()
    {
        List<int> taken = [];
        for (var descriptor = 0; descriptor < Count; descriptor++)
        {
            var flags = Libc.Control(descriptor, Libc.F_GETFD, 0);
            // The lowest free number is given: open(2). Without O_CLOEXEC, as a process that a profile names inherits the real ones too.
            if (flags < 0) Libc.OpenAt(Libc.AT_FDCWD, ref Null[0], Libc.O_RDWR, 0);
            // Nothing inherited has the flag: the program's start would have closed it.
            else if ((flags & Libc.FD_CLOEXEC) != 0) taken.Add(descriptor);
        }
        // Run by another host (dotnet, tests) the streams are its own business.
        if (taken.Count > 0 && !RuntimeFeature.IsDynamicCodeSupported) StartAgain(taken);
    }

    static void StartAgain(List<int> taken)
    {
        Replace(taken, ref Null[0]);
        try
        {
            if (Environment.ProcessPath is { } path) Execute(path, File.ReadAllBytes("/proc/self/cmdline"));
        }
        catch (IOException)
        {
            // Without /proc.
        }
        // Random bytes for the runtime once more, and to write there harms nothing: random(4).
        Replace(taken, ref Random[0]);
    }

    static void Replace(List<int> descriptors, ref byte path)
    {
        var opened = Libc.OpenAt(Libc.AT_FDCWD, ref path, Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        foreach (var descriptor in descriptors) Libc.Duplicate(opened, descriptor);
        if (opened >= Count) Libc.Close(opened);
    }

    /// <summary>Returns only where it fails.</summary>
    /// <param name="line">The arguments as the kernel gives them, each with a zero at its end: whatever bytes they are, they stay.</param>
    static unsafe void Execute(string path, byte[] line)
    {
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        fixed (byte* first = line)
        {
            List<nint> arguments = [];
            for (var at = 0; at < line.Length; at += line.AsSpan(at).IndexOf((byte)0) + 1) arguments.Add((nint)(first + at));
            arguments.Add(0);
            Libc.Execute(ref name[0], ref CollectionsMarshal.AsSpan(arguments)[0]);
        }
    }
}
