using System;
using System.IO;
using System.Linq;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Errors of the systems in words.</summary>
public sealed class SystemErrorTests
{
    [Fact]
    public void EveryErrorOfLinuxHasWordsOfItsOwn()
    {
        // 41 and 58 do not exist: errno(3).
        var errors = Enumerable.Range(1, 133).Except([41, 58]).Select(ErrnoWords.Explain).ToArray();
        if (OperatingSystem.IsLinux())
            Assert.DoesNotContain(errors, error => error.Words.Length < 5 || error.Words.Contains("unknown", StringComparison.Ordinal));
        Assert.Equal(errors.Length, errors.Select(error => error.Code).Distinct().Count());
        Assert.Equal("permission denied (EACCES, 13)", ErrnoWords.Explain(13).ToString().Split(';')[0]);
        Assert.StartsWith("read-only file system (EROFS, 30); ", ErrnoWords.Explain(30).ToString(), StringComparison.Ordinal);
        Assert.Equal("nothing works (EROFS, 30)", ErrnoWords.Explain(30).As("nothing works").Split(';')[0]);
    }

    /// <summary>What a call on files gives, by the manual pages of open, read, unlink, statx and getdents.</summary>
    [Theory, InlineData("EACCES EBUSY EDQUOT EEXIST EFBIG EINTR EINVAL EISDIR ELOOP EMFILE ENAMETOOLONG ENFILE ENODEV ENOENT ENOMEM ENOSPC ENOTDIR ENXIO EOPNOTSUPP EOVERFLOW EPERM EROFS ETXTBSY EAGAIN EIO EBADF ESTALE ENOTCONN ETIMEDOUT EHOSTDOWN ENOTEMPTY EUCLEAN ENOMEDIUM EREMOTEIO EKEYEXPIRED ENOKEY")]
    public void TheCommonOnesAreNamed(string names) =>
        Assert.Empty(names.Split(' ').Except(Enumerable.Range(1, 133).Select(error => ErrnoWords.Explain(error).Code.Split(',')[0])));

    [Theory, InlineData(5), InlineData(19), InlineData(21), InlineData(23), InlineData(32), InlineData(53), InlineData(59), InlineData(64), InlineData(67), InlineData(112), InlineData(1117), InlineData(1231), InlineData(1450)]
    public void TheCommonErrorsOfWindowsHaveWordsAndTheirNumber(int error)
    {
        var said = Win32Words.Explain(error);
        Assert.NotInRange(said.Words.Length, 0, 5);
        Assert.Equal($"error {error}", said.Code);
    }

    [Fact]
    public void AnExceptionOfTheSystemIsSaidInItsWords()
    {
        var missing = Assert.ThrowsAny<IOException>(() => File.ReadAllText(Path.Combine(Path.GetTempPath(), "s3sync-none", "none")));
        Assert.Equal(OperatingSystem.IsWindows() ? 3 : 2, SystemError.CodeOf(missing is DirectoryNotFoundException && !OperatingSystem.IsWindows() ? new IOException("", 2) : missing));
        Assert.Equal("something else", SystemError.Of(new IOException("something else")));
        Assert.Equal(Platform.Explain(30).ToString(), OperatingSystem.IsWindows() ? Platform.Explain(30).ToString() : SystemError.Of(new InvalidOperationException("outer", new IOException("Read-only file system", 30))));
    }
}
