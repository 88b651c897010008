using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace S3Sync.Tests.Sync.Linux;

/// <summary>A fact that asks the Linux kernel: elsewhere it is no test at all, so that nothing is ever skipped.</summary>
[XunitTestCaseDiscoverer(typeof(LinuxFactDiscoverer))]
sealed class LinuxFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) : FactAttribute(file, line);

/// <summary>Finds the facts of <see cref="LinuxFactAttribute"/> on Linux only.</summary>
sealed class LinuxFactDiscoverer : FactDiscoverer
{
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        OperatingSystem.IsLinux() ? base.Discover(discoveryOptions, testMethod, factAttribute) : new([]);
}
