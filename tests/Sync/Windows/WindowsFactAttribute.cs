using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace S3Sync.Tests.Sync.Windows;

/// <summary>A fact that asks Windows, or Wine: elsewhere it is no test at all, so that nothing is ever skipped.</summary>
[XunitTestCaseDiscoverer(typeof(WindowsFactDiscoverer))]
sealed class WindowsFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) : FactAttribute(file, line)
{
    /// <summary>What Wine does otherwise; then it is a test on Windows only.</summary>
    public string? NotOnWine { get; init; }
}

/// <summary>Finds the facts of <see cref="WindowsFactAttribute"/> where they can be asked.</summary>
sealed class WindowsFactDiscoverer : FactDiscoverer
{
    /// <summary>Wine's own ntdll exports this, Windows' does not.</summary>
    public static readonly bool OnWine = OperatingSystem.IsWindows()
        && NativeLibrary.TryLoad("ntdll.dll", out var ntdll) && NativeLibrary.TryGetExport(ntdll, "wine_get_version", out _);

    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        OperatingSystem.IsWindows() && !(OnWine && factAttribute is WindowsFactAttribute { NotOnWine: not null })
            ? base.Discover(discoveryOptions, testMethod, factAttribute)
            : new([]);
}
