using System;

namespace S3Sync.Sync.Windows;

/// <summary>File attributes: https://learn.microsoft.com/windows/win32/fileio/file-attribute-constants.</summary>
[Flags]
enum FileAttribute : uint
{
    ReadOnly = 0x1,
    Hidden = 0x2,
    System = 0x4,
    Directory = 0x10,
    Device = 0x40,
    Normal = 0x80,
    ReparsePoint = 0x400,
    Offline = 0x1000,
    RecallOnOpen = 0x4_0000,
    RecallOnDataAccess = 0x40_0000,
    /// <summary>The content is elsewhere: reading would fetch it.</summary>
    AnyRecall = Offline | RecallOnOpen | RecallOnDataAccess,
}
