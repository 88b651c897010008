using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>A file open for reading in a way that keeps every writer out while it is open. Only a view mapped before can still change it.</summary>
[SupportedOSPlatform("windows")]
sealed class WindowsSourceFile(SafeFileHandle handle, Stamp stamp) : SourceFile(handle, stamp)
{
    public override bool Unchanged() => HandleFacts.Read(Handle, out var now) == 0 && now.Stamp == Stamp;
}
