using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Versioning;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

/// <summary>Security descriptors as Windows writes them, whole, cut and changed.</summary>
public sealed class RightsTests
{
    const string User = "S-1-5-21-1-2-3-1001", System = "S-1-5-18", Administrators = "S-1-5-32-544", Users = "S-1-5-32-545", Everyone = "S-1-1-0", CreatorOwner = "S-1-3-0";
    const uint Full = 0x1F_01FF, Read = 0x12_00A9, MakeFiles = 0x116, Delete = 0x1_0000;

    /// <summary>The owner; who is allowed, with flags and a mask; who else may change it.</summary>
    public static TheoryData<string, string, string?> Cases() => new()
    {
        { User, $"{System} 3 {Full};{Administrators} 3 {Full};{User} 3 {Full}", null },
        { Administrators, $"{System} 19 {Full};{Administrators} 19 {Full};{CreatorOwner} 27 {Full}", null },
        // %ProgramData% as it is: users read, and make files and directories.
        { Administrators, $"{System} 19 {Full};{Users} 19 {Read};{Users} 18 {MakeFiles}", Users },
        { Administrators, $"{System} 3 {Full};{Users} 3 {Read}", null },
        { System, $"{Everyone} 3 {Full}", Everyone },
        { System, $"{Users} 3 {Delete}", Users },
        { System, $"{Users} 0 {0x1000_0000}", Users },
        // Only what is made here gets it.
        { System, $"{Users} 11 {Full}", Users },
        // Whoever made the directory first can do anything with it.
        { "S-1-5-21-1-2-3-1002", $"{System} 3 {Full}", "S-1-5-21-1-2-3-1002" },
        { "S-1-5-21-1-2-3-512", $"{System} 3 {Full}", null },
        { "S-1-5-21-1-2-3-1512", $"{System} 3 {Full}", "S-1-5-21-1-2-3-1512" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void WhoElseMayChangeItIsTold(string owner, string allowed, string? others) =>
        Assert.Equal(others, Rights.WhoElse(Descriptor(owner, allowed), User));

    [Fact]
    public void WithoutADaclEveryoneMay()
    {
        var descriptor = Descriptor(User, "");
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor.AsSpan(2), 0x8000);
        Assert.Equal("everyone", Rights.WhoElse(descriptor, User));
        Assert.NotNull(Rights.WhoElse([], User));
    }

    [Fact]
    public void CutAnywhereOrChangedItThrowsNothingAndIsNotTakenForPrivateWhereAnEntryIsCut()
    {
        var descriptor = Descriptor(User, $"{System} 3 {Full};{Everyone} 3 {Full}");
        for (var length = 0; length < descriptor.Length; length++)
            Assert.NotNull(Rights.WhoElse(descriptor.AsSpan(0, length), User));
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = descriptor.ToArray();
            for (var j = 0; j < random.Next(1, 4); j++)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            _ = Rights.WhoElse(changed, User);
        }
    }

    [WindowsFact, SupportedOSPlatform("windows")]
    public void ADirectoryOfOurOwnIsNobodyElses()
    {
        using Support.TemporaryDirectory place = new();
        Protection.Make(place["state"]);
        Assert.StartsWith("S-1-5-", Protection.User, StringComparison.Ordinal);
        Assert.Null(Protection.WhoElse(place["state"]));
        Protection.Make(place["state"]);
    }

    static byte[] Descriptor(string owner, string allowed)
    {
        List<byte> entries = [];
        foreach (var ace in allowed.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(' ')))
        {
            var sid = Sid(ace[0]);
            entries.AddRange([0, byte.Parse(ace[1]), (byte)(8 + sid.Length), 0, .. BitConverter.GetBytes(uint.Parse(ace[2])), .. sid]);
        }
        var ownerSid = Sid(owner);
        byte[] acl = [2, 0, .. BitConverter.GetBytes((ushort)(8 + entries.Count)), .. BitConverter.GetBytes((ushort)allowed.Count(c => c == ';')), 0, 0, .. entries];
        return [1, 0, 0x04, 0x80, .. BitConverter.GetBytes(20), 0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(20 + ownerSid.Length), .. ownerSid, .. acl];
    }

    static byte[] Sid(string text)
    {
        var numbers = text.Split('-').Skip(2).Select(uint.Parse).ToArray();
        return [1, (byte)(numbers.Length - 1), 0, 0, 0, 0, 0, (byte)numbers[0], .. numbers.Skip(1).SelectMany(BitConverter.GetBytes)];
    }
}
