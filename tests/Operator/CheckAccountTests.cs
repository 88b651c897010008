using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync check</c>: whose credentials these are, and whether the bucket cleans up after crashes.</summary>
public sealed class CheckAccountTests : OperatorTest
{
    /// <summary>A rule that removes abandoned uploads in parts whose keys begin so, after so many days.</summary>
    internal static string Rule(string prefix, int days, bool isEnabled = true) =>
        $"<Rule><ID>tidy</ID><Filter><Prefix>{prefix}</Prefix></Filter><Status>{(isEnabled ? "Enabled" : "Disabled")}</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>";

    const string Expiry = "<Rule><ID>old</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Days>400</Days></Expiration></Rule>";

    [Fact]
    public async Task WithoutARuleForAbandonedUploadsItWarns()
    {
        foreach (var rules in (string?[])[null, Expiry, Rule("elsewhere/", 3), Rule("in/below/", 3), Rule("", 3, isEnabled: false), WithTag()])
        {
            if (rules is not null)
                await Scene.View.SetRules(rules, Cancel);
            var said = await Ask(0, ["check", "--no-write", .. Scene.Arguments]);
            Assert.Contains("warning  lifecycle", said);
            Assert.Contains("AbortIncompleteMultipartUpload", said);
        }
        static string WithTag() => Rule("in/", 3).Replace("<Filter><Prefix>in/</Prefix></Filter>", "<Filter><And><Prefix>in/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>");
    }

    [Fact]
    public async Task TheFirstRuleThatCoversThePrefixIsNamed()
    {
        await Scene.View.SetRules(Rule("i", 30) + Rule("in/", 5).Replace("tidy", "sooner") + Expiry, Cancel);
        Assert.Contains("in/: abandoned uploads in parts are removed after 5 days (rule sooner)", await Ask(0, ["check", "--no-write", .. Scene.Arguments]));
        // As rules were written before there were filters, and without a name.
        await Scene.View.SetRules(Rule("in", 1).Replace("<Filter><Prefix>in</Prefix></Filter>", "<Prefix>in</Prefix>").Replace("<ID>tidy</ID>", ""), Cancel);
        Assert.Contains("in/: abandoned uploads in parts are removed after 1 day\n", await Ask(0, ["check", "--no-write", .. Scene.Arguments]) + "\n");
    }

    [Theory]
    [InlineData(403, "AccessDenied", "the rules may not be read (s3:GetLifecycleConfiguration)")]
    [InlineData(501, "NotImplemented", "not known, as the server has no such rules (501)")]
    [InlineData(405, "MethodNotAllowed", "not known: S3 answered 405 MethodNotAllowed")]
    public async Task RulesThatCannotBeReadAreNoFault(int status, string code, string what)
    {
        Server.Faults.Add(Fault.Answer(status, code).On(S3Operation.GetBucketLifecycleConfiguration));
        var said = await Ask(0, ["check", .. Scene.Arguments]);
        Assert.Contains("ok       lifecycle", said);
        Assert.Contains(what, said);
        Assert.Contains("0 warnings, 0 failed", said);
    }

    [Fact]
    public async Task WhoseCredentialsTheseAreIsAskedOfTheTokenServiceThatIsNamed()
    {
        Assert.Contains($"ok       identity     account 111122223333, arn:aws:iam::111122223333:user/{CallerIdentity.User}", await AskWithTokens(Server.Url));
        Assert.Equal(1, Server.Count(S3Operation.GetCallerIdentity));
        Assert.DoesNotContain("identity", await AskWithTokens(null));
        Assert.Equal(1, Server.Count(S3Operation.GetCallerIdentity));
    }

    [Theory]
    [InlineData(120, "ok       credentials  from a process that profile default names, access key testaccesskey0000000, until ")]
    [InlineData(5, "warning  credentials  from a process that profile default names, access key testaccesskey0000000, until ")]
    public async Task TemporaryCredentialsAreGoodUntilTheyEnd(int minutes, string what)
    {
        var end = DateTime.UtcNow.AddMinutes(minutes);
        var credentials = Path.Combine(Scene.Place, "credentials.json");
        await File.WriteAllTextAsync(credentials, $$"""{"Version":1,"AccessKeyId":"{{TestCredentials.AccessKey}}","SecretAccessKey":"{{TestCredentials.SecretKey}}","Expiration":"{{end:yyyy-MM-ddTHH:mm:ssZ}}"}""", Cancel);
        var config = Path.Combine(Scene.Place, "aws-config");
        await File.WriteAllTextAsync(config, $"[default]\ncredential_process = cat {credentials}\n", Cancel);
        var run = Scene.StartWith(["check", "--no-write", .. Scene.Arguments],
            new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = null, ["AWS_SECRET_ACCESS_KEY"] = null, ["AWS_CONFIG_FILE"] = config });
        await Scene.AssertExit(run, 0);
        Assert.Contains(what, run.Output);
        var until = run.Output.Split(what)[1].Split(" UTC")[0];
        Assert.InRange(DateTime.Parse(until, CultureInfo.InvariantCulture), end.AddMinutes(-3), end);
    }

    [Fact]
    public async Task ATokenServiceThatDoesNotTellIsNoFault()
    {
        Assert.Contains("ok       identity     not known: 127.0.0.1:9: connection refused", await AskWithTokens("http://127.0.0.1:9"));
        Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.GetCallerIdentity));
        Assert.Contains("ok       identity     not known: STS answered 403 AccessDenied", await AskWithTokens(Server.Url));
    }

    async Task<string> AskWithTokens(string? url)
    {
        var run = Scene.StartWith(["check", "--no-write", .. Scene.Arguments], new Dictionary<string, string?> { ["AWS_ENDPOINT_URL_STS"] = url });
        await Scene.AssertExit(run, 0);
        return run.Output;
    }
}
