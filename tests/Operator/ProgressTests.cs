using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using S3Sync.Sync.Voice;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>How far things are: one line of a terminal that disturbs neither the log nor a pipe.</summary>
public sealed partial class ProgressTests : OperatorTest
{
    static IReadOnlyDictionary<string, string?> Identity => new Dictionary<string, string?>
    {
        ["AWS_ACCESS_KEY_ID"] = TestCredentials.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = TestCredentials.SecretKey,
        ["AWS_REGION"] = TestCredentials.Region,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    string Exe => Environment.GetEnvironmentVariable("TESTS_EXE") ?? PublishedExe.Executable;

    Task<string> InATerminal(string arguments, string before = "") => TerminalRun.Of($"{before}exec {Exe} {arguments}", Scene.Place, "", Identity, Cancel);

    [LinuxFact]
    public async Task ADrainShowsFilesBytesRatesAndTheTimeLeftBelowTheLog()
    {
        Needs.Check(TerminalRun.Missing);
        for (var i = 0; i < 400; i++)
            Scene.Write($"{i}.dat", 5000);
        // A hundredth of a second each, one after the other.
        Server.Faults.Add(Fault.Stall(TimeSpan.FromMilliseconds(10)).On(S3Operation.PutObject));
        var sent = await InATerminal($"{string.Join(' ', Scene.Arguments)} --once -u 1");
        Assert.Contains(Line().Matches(sent), match => match.Groups["left"].Success);
        var rows = TerminalRun.Seen(sent);
        // Nothing of it is left: each row is a whole line of the log.
        Assert.All(rows.Where(row => row.Length > 0), row => Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (INF|WRN|ERR) ", row));
        Assert.DoesNotContain("files/s", string.Join('\n', rows), StringComparison.Ordinal);
        Assert.Equal(400, rows.Count(row => row.Contains("uploaded and deleted", StringComparison.Ordinal)));
        Assert.All(Line().Matches(sent), match => Assert.InRange(match.Length, 1, TerminalRun.Columns - 1));
        await Scene.AssertAllMoved();
    }

    [LinuxFact]
    public async Task AnAuditShowsItTooAndItsSumStandsAlone()
    {
        Needs.Check(TerminalRun.Missing);
        for (var i = 0; i < 200; i++)
            Scene.Write($"{i}.dat", 5000);
        await Scene.Drain();
        await new SignedRequest(Scene.Url, "DELETE", Scene.Bucket, Scene.Key("7.dat")).Send(Cancel);
        Server.Faults.Add(Fault.Stall(TimeSpan.FromMilliseconds(10)).On(S3Operation.HeadObject));
        var sent = await InATerminal($"verify --endpoint {Scene.Url} --ledger {Scene.Ledger} -u 1");
        Assert.NotEmpty(Line().Matches(sent));
        // Each is folded to two rows.
        var rows = string.Join('\n', TerminalRun.Seen(sent).Where(row => row.Length > 0)).Replace("\n    ", "").Split('\n');
        Assert.Equal(2, rows.Length);
        Assert.StartsWith("missing   s3://", rows[0], StringComparison.Ordinal);
        Assert.Contains("199 good", rows[1], StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task APipeADumbTerminalAndTheQuietSeeNothingOfIt()
    {
        Needs.Check(TerminalRun.Missing);
        Server.Faults.Add(Fault.Stall(TimeSpan.FromMilliseconds(10)).On(S3Operation.PutObject));
        foreach (var (before, more, lines) in ((string, string, int)[])[("TERM=dumb; export TERM; ", "", 100), ("", " --quiet", 0), ("", " | cat", 100)])
        {
            for (var i = 0; i < 100; i++)
                Scene.Write($"{before.Length}{more.Length}/{i}.dat", 100);
            var sent = await TerminalRun.Of($"{before}{Exe} {string.Join(' ', Scene.Arguments)} --once -u 1{more}", Scene.Place, "", Identity, Cancel);
            Assert.DoesNotContain(" of ", sent, StringComparison.Ordinal);
            Assert.DoesNotContain("\r ", sent, StringComparison.Ordinal);
            Assert.Equal(lines, TerminalRun.Seen(sent).Count(row => row.Contains("uploaded and deleted", StringComparison.Ordinal)));
            if (lines == 0)
                Assert.Equal([""], TerminalRun.Seen(sent));
        }
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task TheQuietSayWhatIsWrongAndTheLogFileHasAll()
    {
        Scene.Write("1.dat", 10);
        // The file's request, and what finds out whether that is the file's fault.
        Server.Faults.Add(Fault.Reset().Times(2));
        var log = Path.Combine(Scene.Place, "s3sync.log");
        var run = await Scene.Drain(0, "--quiet", "--log-level", "information", "--log-file", log);
        Assert.Contains("the endpoint fails", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" INF ", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 deleted, 0 left", await File.ReadAllTextAsync(log, Cancel), StringComparison.Ordinal);
        Assert.Equal("", await Ask(0, "verify", "--endpoint", Scene.Url, "--ledger", Scene.Ledger, "-q"));
    }

    [Theory]
    [InlineData(0, 0, 0, 0, "0 files, 0 bytes")]
    [InlineData(10, 0, 2048, 2, "10 files, 2.0 KB; 5 files/s, 1.0 KB/s")]
    [InlineData(10, 100, 2048, 2, "10 of 100 files, 2.0 KB; 5 files/s, 1.0 KB/s; 18 s left")]
    [InlineData(100, 100, 2048, 1, "100 of 100 files, 2.0 KB; 100 files/s, 2.0 KB/s")]
    [InlineData(1, 1_000_000, 1, 10, "1 of 1,000,000 files, 1 bytes; 0 files/s, 0 bytes/s; 2777.8 h left")]
    public void TheLineSaysWhatIsKnown(long files, long all, long bytes, int seconds, string expected) =>
        Assert.Equal(expected, Progress.Line(new(files, all, bytes), default, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void ATerminalKeepsTheLineBelowAllOthersAndCutsItOff()
    {
        var output = new MemoryStream();
        using (var terminal = new Terminal(output, 20))
        {
            terminal.Show("a line that is much too long");
            terminal.WriteLine("first");
            terminal.Write("half "u8);
            terminal.Write("and half\n"u8);
            terminal.Show("short");
            Assert.Equal(["first", "half and half", "short"], TerminalRun.Seen(Encoding.UTF8.GetString(output.ToArray())));
            terminal.Show("");
            terminal.WriteLine("last");
        }
        Assert.Equal(["first", "half and half", "last", ""], TerminalRun.Seen(Encoding.UTF8.GetString(output.ToArray())));
        Assert.DoesNotContain("much too", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"[\d,]+ of [\d,]+ files, [\d.]+ \w+(; [\d,]+ files/s, [\d.]+ \w+/s(; (?<left>[\d.]+ (s|min|h) left))?)?")]
    private static partial Regex Line();
}
