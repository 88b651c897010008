using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Directories for SYSTEM, the administrators and this process's user alone. Has no state.
/// https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
/// </summary>
[SupportedOSPlatform("windows")]
static unsafe partial class Protection
{
    // winnt.h: TOKEN_QUERY, TokenUser, OWNER_SECURITY_INFORMATION, DACL_SECURITY_INFORMATION; sddl.h: SDDL_REVISION_1.
    const uint TokenQuery = 0x8, OwnerAndDacl = 0x1 | 0x4, Revision = 1, ReadControl = 0x2_0000;
    const int TokenUser = 1, AlreadyExists = 183, MostBytes = 64 * 1024;

    static readonly Lazy<string?> Self = new(AskUser);

    /// <summary>The SID of this process's user; null where the system does not tell.</summary>
    public static string? User => Self.Value;

    /// <summary>Makes a directory that inherits no right of the one above it; one that is there is left as it is. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static void Make(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } above) Directory.CreateDirectory(above);
        if (User is not { } user || !ToDescriptor(TextFor(user), Revision, out var descriptor, 0))
        {
            Directory.CreateDirectory(path);
            return;
        }
        var attributes = new Attributes { Length = (uint)sizeof(Attributes), Descriptor = descriptor };
        var made = CreateDirectory(LongPath.Of(path), attributes);
        var error = made ? 0 : Marshal.GetLastPInvokeError();
        LocalFree(descriptor);
        if (error is Win32Error.AccessDenied && !Directory.Exists(path)) throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
        if (error is not (0 or AlreadyExists or Win32Error.AccessDenied)) throw new IOException($"'{path}': {Marshal.GetPInvokeErrorMessage(error)}", unchecked((int)0x8007_0000 | error));
    }

    /// <summary>A protected DACL (nothing is inherited) with full access for three, passed on to all below: the descriptor's text.</summary>
    public static string TextFor(string user) => $"D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{user})";

    /// <summary>The command that gives an existing directory those rights.</summary>
    public static string CommandFor(string path) =>
        $"icacls \"{path}\" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *{User}:(OI)(CI)F";

    /// <summary>Null if nobody else can change what is under the path, or no rights are kept there; else who.</summary>
    public static string? WhoElse(string path)
    {
        using var handle = Kernel32.CreateFile(LongPath.Of(path), ReadControl, Kernel32.ShareRead | Kernel32.ShareWrite | Kernel32.ShareDelete, 0, Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        return handle.IsInvalid ? null : WhoElse(handle);
    }

    /// <summary>The same of an open file or directory. A handle needs the right to read its descriptor.</summary>
    public static string? WhoElse(SafeFileHandle handle)
    {
        var bytes = new byte[MostBytes];
        fixed (byte* into = bytes)
            // FAT has no rights: all users of the volume may use all of it, and there is nothing to set.
            return User is { } user && GetSecurity(handle, OwnerAndDacl, into, MostBytes, out var needed) ? Rights.WhoElse(bytes.AsSpan(0, (int)Math.Min(needed, MostBytes)), user) : null;
    }

    static string? AskUser()
    {
        if (!OpenProcessToken(-1, TokenQuery, out var token)) return null;
        using (token)
        {
            // TOKEN_USER: a pointer to the SID, which stands behind it.
            var bytes = stackalloc byte[256];
            if (!GetTokenInformation(token, TokenUser, bytes, 256, out var length)) return null;
            var sid = *(byte**)bytes;
            return sid >= bytes && sid < bytes + length ? Rights.SidOf(new(sid, (int)(bytes + length - sid))) : null;
        }
    }

    /// <summary>SECURITY_ATTRIBUTES.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Attributes
    {
        public uint Length;
        public nint Descriptor;
        public int Inherit;
    }

    [LibraryImport("advapi32.dll", EntryPoint = "ConvertStringSecurityDescriptorToSecurityDescriptorW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ToDescriptor(string text, uint revision, out nint descriptor, nint length);

    [LibraryImport("kernel32.dll", EntryPoint = "CreateDirectoryW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateDirectory(string path, in Attributes attributes);

    [LibraryImport("kernel32.dll")]
    private static partial nint LocalFree(nint memory);

    [LibraryImport("advapi32.dll", EntryPoint = "GetKernelObjectSecurity", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetSecurity(SafeFileHandle handle, uint what, byte* into, uint bytes, out uint needed);

    [LibraryImport("advapi32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool OpenProcessToken(nint process, uint access, out SafeFileHandle token);

    [LibraryImport("advapi32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetTokenInformation(SafeFileHandle token, int kind, byte* into, uint bytes, out uint length);
}
