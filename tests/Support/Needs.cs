using System;
using System.Threading.Tasks;
using Xunit;

namespace S3Sync.Tests.Support;

/// <summary>
/// What a test needs that not every machine has. Where it is missing the test is skipped and says why;
/// with TESTS_NO_SKIP=1, as in continuous integration, it fails instead.
/// </summary>
static class Needs
{
    /// <summary>The address of a real object store, started on first use.</summary>
    public static async Task<RadosGateway> RadosGateway()
    {
        Check(Support.RadosGateway.Missing);
        return await Support.RadosGateway.Shared;
    }

    /// <summary>The native executable, published on first use.</summary>
    public static async Task<PublishedExe> PublishedExe()
    {
        Check(Support.PublishedExe.Missing);
        return await Support.PublishedExe.Shared;
    }

    /// <summary>Wine, and the executables for Windows, published on first use.</summary>
    public static async Task<WineExe> Wine()
    {
        Check(WineExe.Missing);
        return await WineExe.Shared;
    }

    /// <summary>The rule itself, for whatever else a test may need: nothing where <paramref name="missing"/> is null.</summary>
    public static void Check(string? missing)
    {
        if (missing is null)
            return;
        if (Environment.GetEnvironmentVariable("TESTS_NO_SKIP") == "1")
            Assert.Fail($"{missing}, and TESTS_NO_SKIP=1 forbids to skip");
        Assert.Skip(missing);
    }
}
