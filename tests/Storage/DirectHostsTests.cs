using System;
using System.Collections.Immutable;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>Which hosts are reached without a proxy.</summary>
public sealed class DirectHostsTests
{
    [Theory]
    [InlineData("", "http://s3.example.com", false)]
    [InlineData("*", "http://s3.example.com", true)]
    [InlineData("example.com", "http://s3.example.com", true)]
    [InlineData("example.com", "http://EXAMPLE.com", true)]
    [InlineData("example.com", "http://notexample.com", false)]
    [InlineData(".example.com", "http://s3.example.com", true)]
    [InlineData("*.example.com", "http://s3.example.com", true)]
    [InlineData("a.com b.com,,c.com", "https://c.com", true)]
    [InlineData("example.com:8080", "http://example.com:8080", true)]
    [InlineData("example.com:8080", "http://example.com", false)]
    [InlineData("10.0.0.0/8", "http://10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "http://11.1.2.3", false)]
    [InlineData("10.1.2.3", "http://10.1.2.3:9000", true)]
    [InlineData("2001:db8::1", "http://[2001:db8::1]", true)]
    [InlineData("[2001:db8::1]:9000", "http://[2001:db8::1]:9000", true)]
    [InlineData("[2001:db8::1]:9000", "http://[2001:db8::1]", false)]
    [InlineData("2001:db8::/32", "http://[2001:db8:1::1]", true)]
    [InlineData("", "http://localhost:9000", true)]
    [InlineData("", "http://127.0.0.2", true)]
    [InlineData("", "http://[::1]", true)]
    [InlineData("", "http://169.254.169.254", true)]
    [InlineData("", "http://[fd00:ec2::254]", true)]
    [InlineData("", "http://192.168.1.1", false)]
    public void AListNamesThem(string list, string uri, bool isDirect)
    {
        var entries = DirectHosts.Split(list);
        Assert.All(entries, entry => Assert.True(DirectHosts.IsEntry(entry)));
        Assert.Equal(isDirect, new DirectHosts(entries).Contains(new Uri(uri)));
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("a/b")]
    [InlineData("a..b/99")]
    public void NonsenseIsNoEntry(string entry) => Assert.False(DirectHosts.IsEntry(entry));
}
