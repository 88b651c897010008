using S3Sync.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

public sealed class ByteNameTests
{
    [Theory]
    [InlineData(new byte[] { (byte)'b', 0xFF, (byte)'n' }, @"b\xFFn")]
    // A surrogate in UTF-8, an overlong slash, a sequence that is cut off.
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, @"\xED\xA0\x80")]
    [InlineData(new byte[] { 0xC0, 0xAF }, @"\xC0\xAF")]
    [InlineData(new byte[] { 0xC3, 0xA4, 0xC3 }, @"ä\xC3")]
    public void WhatIsNotUtf8IsShownEscaped(byte[] name, string shown)
    {
        Assert.False(ByteName.IsText(name));
        Assert.Equal(shown, ByteName.Shown(name));
    }

    [Fact]
    public void AnythingValidIsText() => Assert.True(ByteName.IsText("käse\n😀 e\u0301"u8));
}
