using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Linux;

/// <summary>
/// The one library that is not in the executable: .NET loads OpenSSL for its digests, signatures and TLS, and aborts the process where there is none.
/// https://github.com/dotnet/core/blob/main/release-notes/10.0/os-packages.md
/// </summary>
[SupportedOSPlatform("linux")]
static class OpenSsl
{
    /// <summary>The names .NET tries, in its order.</summary>
    static readonly string[] Names = ["libssl.so.3", "libssl.so.1.1", "libssl.so.1.0.2", "libssl.so.1.0.0", "libssl.so.10"];

    /// <summary>True if one of them can be loaded, with the libcrypto it needs. It stays loaded, as it is used next.</summary>
    public static bool IsThere()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_OPENSSL_VERSION_OVERRIDE") is { Length: > 0 } version && NativeLibrary.TryLoad("libssl.so." + version, out _)) return true;
        foreach (var name in Names)
            if (NativeLibrary.TryLoad(name, out _)) return true;
        return false;
    }
}
