using S3Sync.Sync.Linux;
using Xunit;
using Access = S3Sync.Sync.Access;

namespace S3Sync.Tests.Sync.Linux;

public sealed class ErrnoTests
{
    [Theory]
    [InlineData(Errno.ENOENT, nameof(Access.Missing))]
    [InlineData(Errno.ENOTDIR, nameof(Access.Missing))]
    [InlineData(Errno.EACCES, nameof(Access.Denied))]
    [InlineData(Errno.EPERM, nameof(Access.Denied))]
    [InlineData(Errno.ELOOP, nameof(Access.NotRegular))]
    [InlineData(Errno.EAGAIN, nameof(Access.Busy))]
    // EIO: nothing that says anything of the file.
    [InlineData(5, nameof(Access.Failed))]
    public void AnErrnoStandsForAnOutcomeAndIsKept(int error, string access)
    {
        var outcome = Errno.Outcome(error);
        Assert.Equal((access, error), (outcome.Access.ToString(), outcome.Error));
    }
}
