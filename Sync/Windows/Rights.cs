using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Reads a self-relative security descriptor: who owns an object, and who else than its owner, the system and administrators may change or read it.
/// https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/7d4dac05-9cef-4563-a058-f108abecce1d. Pure; what cannot be read counts as
/// open to everyone.
/// </summary>
static class Rights
{
    const int OwnerAt = 4, DaclAt = 16, HeaderLength = 20, AclHeader = 8, AceHeader = 4, SidInAce = 8;
    const ushort DaclPresent = 0x4;
    const byte Allow = 0, AllowCallback = 9;

    /// <summary>FILE_WRITE_DATA, APPEND_DATA, WRITE_EA, DELETE_CHILD, WRITE_ATTRIBUTES, DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE.</summary>
    const uint Change = 0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x1000_0000 | 0x4000_0000;

    /// <summary>SYSTEM, the administrators, TrustedInstaller. https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers</summary>
    static readonly string[] Trusted = ["S-1-5-18", "S-1-5-32-544", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"];

    /// <summary>CREATOR OWNER and OWNER RIGHTS stand for the owner, who is judged by itself.</summary>
    static readonly string[] OfOwner = ["S-1-3-0", "S-1-3-4"];

    /// <summary>Null if only <paramref name="user"/> and those who administer the machine can change the object; else who can, as a SID or in words.</summary>
    /// <param name="descriptor">With its owner and its DACL.</param>
    /// <param name="user">The SID of this process's user.</param>
    public static string? WhoElse(ReadOnlySpan<byte> descriptor, string user)
    {
        if (OwnerOf(descriptor) is not { } owner) return "nobody knows who";
        if (!IsTrusted(owner, user)) return owner;
        if (!TryAcl(descriptor, out var acl)) return "everyone";
        List<string> others = [];
        while (acl.Length > AceHeader)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(acl[2..]);
            if (length < AceHeader || length > acl.Length) return "nobody knows who";
            var ace = acl[..length];
            acl = acl[length..];
            // Of the other kinds some deny, some audit, and those of objects are not a file's.
            if (ace[0] is not (Allow or AllowCallback)) continue;
            if (ace.Length < SidInAce || SidOf(ace[SidInAce..]) is not { } sid) return "nobody knows who";
            var mayChange = (BinaryPrimitives.ReadUInt32LittleEndian(ace[AceHeader..]) & Change) != 0;
            // One that is only inherited gives the right to files that are made here, which is as bad.
            if (mayChange && !IsTrusted(sid, user) && Array.IndexOf(OfOwner, sid) < 0) others.Add(sid);
        }
        return others.Count == 0 ? null : string.Join(", ", others);
    }

    /// <summary>The owner's SID; null where there is none.</summary>
    public static string? OwnerOf(ReadOnlySpan<byte> descriptor)
    {
        if (descriptor.Length < HeaderLength) return null;
        var at = BinaryPrimitives.ReadUInt32LittleEndian(descriptor[OwnerAt..]);
        return at >= HeaderLength && at < descriptor.Length ? SidOf(descriptor[(int)at..]) : null;
    }

    /// <summary>True for the user, and for those who could do anything without any right here.</summary>
    public static bool IsTrusted(string sid, string user) => sid == user || Array.IndexOf(Trusted, sid) >= 0 || IsOfDomainAdmins(sid);

    /// <summary>A SID as text: revision, count of numbers, six bytes of authority, the numbers. Null where it is cut off.</summary>
    public static string? SidOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || bytes[0] != 1 || bytes[1] > 15 || bytes.Length < 8 + (4 * bytes[1])) return null;
        var text = new StringBuilder("S-1-");
        text.Append(((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));
        for (var i = 0; i < bytes[1]; i++)
            text.Append(CultureInfo.InvariantCulture, $"-{BinaryPrimitives.ReadUInt32LittleEndian(bytes[(8 + (4 * i))..])}");
        return text.ToString();
    }

    /// <summary>Of an account domain: its administrator (500), and the groups of domain and enterprise administrators (512, 519).</summary>
    static bool IsOfDomainAdmins(string sid) =>
        sid.StartsWith("S-1-5-21-", StringComparison.Ordinal)
        && (sid.EndsWith("-500", StringComparison.Ordinal) || sid.EndsWith("-512", StringComparison.Ordinal) || sid.EndsWith("-519", StringComparison.Ordinal));

    /// <summary>The entries of the DACL; false where there is none, which lets everyone do everything.</summary>
    static bool TryAcl(ReadOnlySpan<byte> descriptor, out ReadOnlySpan<byte> entries)
    {
        entries = default;
        var at = BinaryPrimitives.ReadUInt32LittleEndian(descriptor[DaclAt..]);
        if ((BinaryPrimitives.ReadUInt16LittleEndian(descriptor[2..]) & DaclPresent) == 0 || at < HeaderLength || at > descriptor.Length - AclHeader) return false;
        var acl = descriptor[(int)at..];
        var length = BinaryPrimitives.ReadUInt16LittleEndian(acl[2..]);
        if (length < AclHeader || length > acl.Length) return false;
        entries = acl[AclHeader..length];
        return true;
    }
}
