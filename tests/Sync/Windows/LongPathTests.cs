using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

public sealed class LongPathTests
{
    [Theory]
    [InlineData(@"C:\data\a.txt", @"\\?\C:\data\a.txt")]
    [InlineData(@"c:/data/a.txt", @"\\?\c:\data\a.txt")]
    [InlineData(@"C:\", @"\\?\C:\")]
    [InlineData(@"C:\data\", @"\\?\C:\data")]
    [InlineData(@"C:\data\\.\sub\..\a", @"\\?\C:\data\a")]
    [InlineData(@"C:\..\..\a", @"\\?\C:\a")]
    [InlineData(@"\\server\share\a\b", @"\\?\UNC\server\share\a\b")]
    [InlineData("//server/share/a", @"\\?\UNC\server\share\a")]
    [InlineData(@"\\server\share", @"\\?\UNC\server\share")]
    [InlineData(@"\\server\share\..\..\a", @"\\?\UNC\server\share\a")]
    public void AFullPathIsPrefixed(string path, string expected) => Assert.Equal(expected, LongPath.Of(path));

    [Theory]
    // Names that only the prefixed form can express stay as they are.
    [InlineData(@"C:\data\ends in a dot.", @"\\?\C:\data\ends in a dot.")]
    [InlineData(@"C:\data\ends in a space ", @"\\?\C:\data\ends in a space ")]
    [InlineData(@"C:\data\NUL", @"\\?\C:\data\NUL")]
    [InlineData(@"C:\data\...", @"\\?\C:\data\...")]
    public void NamesAreNotTouched(string path, string expected) => Assert.Equal(expected, LongPath.Of(path));

    [Theory]
    [InlineData(@"\\?\C:\data")]
    [InlineData(@"\\?\UNC\server\share")]
    [InlineData(@"\\?\Volume{26a21bda-a627-11d7-9931-806e6f6e6963}\a")]
    [InlineData(@"\\.\pipe\a")]
    [InlineData(@"relative\path")]
    [InlineData("C:relative")]
    [InlineData("")]
    public void WhatIsPrefixedOrNotFullComesBackAsItIs(string path) => Assert.Equal(path, LongPath.Of(path));
}
