using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync;
using S3Sync.Sync.Settings;

public sealed class RulesTests
{
    [Theory]
    [InlineData("abc", "")]
    [InlineData("my.bucket-1", "")]
    [InlineData("ab", "is not 3 to 63 characters long")]
    [InlineData("My-bucket", "has upper-case letters")]
    [InlineData("my_bucket", "has characters other than letters, digits, dots and hyphens")]
    [InlineData("s3://bucket", "has characters other than letters, digits, dots and hyphens")]
    [InlineData("bücket", "has characters other than letters, digits, dots and hyphens")]
    [InlineData("-bucket", "does not begin and end with a letter or digit")]
    [InlineData("bucket.", "does not begin and end with a letter or digit")]
    [InlineData("buc..ket", "has two dots in a row")]
    [InlineData("192.168.0.1", "looks like an IP address")]
    public void ABucketOfAwsIsNamedByItsRules(string name, string why) =>
        Assert.Equal(why.Length == 0 ? null : $"--bucket: bucket name '{name}' {why}", Rules.Bucket(name, "--bucket", aws: true)?.What);

    /// <summary>What is trusted as AWS is known by its address; a machine or a balancer that somebody has there may be any server.</summary>
    [Theory]
    [InlineData("https://s3.amazonaws.com", true)]
    [InlineData("https://s3.eu-central-1.amazonaws.com", true)]
    [InlineData("https://S3.EU-Central-1.AmazonAWS.com", true)]
    [InlineData("https://bucket.s3.us-gov-west-1.amazonaws.com", true)]
    [InlineData("https://s3-eu-west-1.amazonaws.com", true)]
    [InlineData("https://s3-external-1.amazonaws.com", true)]
    [InlineData("https://s3.dualstack.us-east-2.amazonaws.com", true)]
    [InlineData("https://s3-fips.dualstack.us-east-2.amazonaws.com", true)]
    [InlineData("https://bucket.s3-accelerate.amazonaws.com", true)]
    [InlineData("https://bucket.s3-accelerate.dualstack.amazonaws.com", true)]
    [InlineData("https://point-111122223333.s3-accesspoint.us-west-2.amazonaws.com", true)]
    [InlineData("https://bucket.vpce-1a2b-3c4d.s3.eu-central-1.vpce.amazonaws.com", true)]
    [InlineData("https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", true)]
    [InlineData("https://s3.cn-north-1.amazonaws.com.cn", true)]
    [InlineData("http://ec2-203-0-113-7.eu-central-1.compute.amazonaws.com:9000", false)]
    [InlineData("http://ec2-203-0-113-7.compute-1.amazonaws.com:9000", false)]
    [InlineData("https://s3-1234567890.eu-central-1.elb.amazonaws.com", false)]
    [InlineData("https://s3-0123456789abcdef.elb.eu-central-1.amazonaws.com", false)]
    [InlineData("https://abcdef.execute-api.eu-central-1.amazonaws.com", false)]
    [InlineData("https://s3.amazonaws.com.example.com", false)]
    [InlineData("https://s3.eu-central-1.amazonaws.example", false)]
    [InlineData("https://amazonaws.com", false)]
    [InlineData("https://s3amazonaws.com", false)]
    [InlineData("http://127.0.0.1:9000", false)]
    public void OnlyTheAddressesOfS3ItselfAreAws(string endpoint, bool isAws) => Assert.Equal(isAws, Rules.IsAws(new(endpoint)));

    [Theory]
    [InlineData("My_Bucket", true)]
    [InlineData("192.168.0.1", true)]
    [InlineData("a/b", false)]
    [InlineData("..x", false)]
    public void OtherServersAllowMore(string name, bool allowed) => Assert.Equal(allowed, Rules.Bucket(name, "", aws: false) is null);

    [Fact]
    public void ABucketHasAtMost63CharactersOrOnOtherServers255()
    {
        foreach (var (aws, longest) in new[] { (true, 63), (false, 255) })
        {
            Assert.Null(Rules.Bucket(new('x', longest), "", aws));
            Assert.NotNull(Rules.Bucket(new('x', longest + 1), "", aws));
        }
    }

    [Theory]
    [InlineData("http://localhost:9000")]
    [InlineData("https://s3.example.com/")]
    [InlineData("https://x.example.com/storage/v1/s3")]
    [InlineData("http://[::1]:9000")]
    public void AnEndpointIsAnHttpUrl(string url)
    {
        Assert.Null(Rules.Endpoint(url, "", out var endpoint));
        Assert.Equal(new(url), endpoint);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("a/b/", null)]
    [InlineData("ä b", null)]
    [InlineData("/a", "begins with '/'")]
    [InlineData("/", "begins with '/'")]
    [InlineData("a//b", "has an empty part: '//'")]
    [InlineData("a/b//", "has an empty part: '//'")]
    [InlineData("a\nb", "has a control character in it")]
    [InlineData("a/../b", "has a part '.' or '..'")]
    [InlineData(".", "has a part '.' or '..'")]
    public void APrefixIsPartOfAKey(string prefix, string? why)
    {
        var problem = Rules.Prefix(prefix, "--prefix");
        Assert.Equal(why is null ? null : $"--prefix: prefix {Problem.Quote(prefix)} {why}", problem?.What);
        Assert.NotEqual("", problem?.Hint);
    }

    // Not in the table above: attributes are stored as UTF-8, which has no half of a pair.
    [Fact]
    public void APrefixIsUnicode() => Assert.NotNull(Rules.Prefix("a\ud800", "--prefix"));

    [Fact]
    public void APrefixLeavesRoomForAName()
    {
        Assert.Null(Rules.Prefix(new('x', 1022), ""));
        Assert.NotNull(Rules.Prefix(new('x', 1023), ""));
        Assert.NotNull(Rules.Prefix(new('ä', 512), ""));
    }

    [Theory]
    [InlineData(false, true, "/home/me", "/home/me/state", "/var/lib/s3sync/ledger.db")]
    [InlineData(false, false, "/home/me", "/home/me/state/", "/home/me/state/s3sync/ledger.db")]
    [InlineData(false, false, "/home/me", "state", "/home/me/.local/state/s3sync/ledger.db")]
    [InlineData(false, false, "/home/me/", null, "/home/me/.local/state/s3sync/ledger.db")]
    [InlineData(false, false, "me", null, null)]
    [InlineData(false, false, null, null, null)]
    [InlineData(true, false, null, null, @"C:\ProgramData\s3sync\ledger.db")]
    public void TheLedgerHasItsPlaceOnEverySystem(bool windows, bool privileged, string? home, string? state, string? expected)
    {
        var environment = new Dictionary<string, string?> { ["HOME"] = home, ["XDG_STATE_HOME"] = state, ["ProgramData"] = @"C:\ProgramData" }
            .Where(variable => variable.Value is not null).ToDictionary(variable => variable.Key, variable => variable.Value!);
        Assert.Equal(expected, Places.Ledger(environment, windows, privileged));
    }

    [Theory]
    [InlineData("bukcet", "bucket", 1)]
    [InlineData("bucket", "bucket", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void DistanceCountsLettersAddedRemovedChangedAndSwapped(string a, string b, int expected)
    {
        Assert.Equal(expected, Nearest.Distance(a, b));
        Assert.Equal(expected, Nearest.Distance(b, a));
    }

    [Fact]
    public void AValueIsShownOnOneLineAndNotForever()
    {
        Assert.Equal(@"'a\u000Ab\u001B[1m'", Problem.Quote("a\nb\e[1m"));
        Assert.Equal(200 + "'...'".Length, Problem.Quote(new('x', 100_000)).Length);
    }
}
