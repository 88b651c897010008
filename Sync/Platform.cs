using System;
using S3Sync.Sync.Linux;
namespace S3Sync.Sync;
static class Platform
{
    public static IDisk OpenDisk() => OperatingSystem.IsLinux() ? new LinuxDisk() : throw new PlatformNotSupportedException();
    public static IWatch OpenWatch() => OperatingSystem.IsLinux() ? InotifyWatch.Start() : throw new PlatformNotSupportedException();
}
