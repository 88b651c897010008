using S3Sync.Sync.Windows;
using Xunit;
using Access = S3Sync.Sync.Access;

namespace S3Sync.Tests.Sync.Windows;

public sealed class Win32ErrorTests
{
    [Theory]
    [InlineData(Win32Error.FileNotFound, nameof(Access.Missing))]
    [InlineData(Win32Error.PathNotFound, nameof(Access.Missing))]
    [InlineData(Win32Error.AccessDenied, nameof(Access.Denied))]
    [InlineData(Win32Error.SharingViolation, nameof(Access.Busy))]
    [InlineData(Win32Error.LockViolation, nameof(Access.Busy))]
    [InlineData(Win32Error.DeletePending, nameof(Access.Busy))]
    // ERROR_NETNAME_DELETED: the share is gone, which says nothing of the file.
    [InlineData(64, nameof(Access.Failed))]
    public void AnErrorStandsForAnOutcomeAndIsKept(int error, string access)
    {
        var outcome = Win32Error.Outcome(error);
        Assert.Equal((access, error), (outcome.Access.ToString(), outcome.Error));
    }
}
