using System;
using System.IO;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Sync;

/// <summary>Invariants 3 and 8: whatever the endpoint or a file does, nobody is forgotten and one bad file never stops the others.</summary>
public sealed class UploadFaultTests
{
    const int Large = 3 * PipelineStand.PartSize + 7;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(503, "SlowDown")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(403, "ExpiredToken")]
    [InlineData(403, "InvalidAccessKeyId")]
    [InlineData(403, "RequestTimeTooSkewed")]
    [InlineData(404, "NoSuchBucket")]
    [InlineData(0, "reset")]
    [InlineData(0, "half")]
    public async Task AFaultOfTheEndpointPausesTheLaneAndLosesNobody(int status, string code)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var fault = code switch { "reset" => Fault.Reset(), "half" => Fault.HalfAnswer(), _ => Fault.Answer(status, code) };
        // A bucket that is unknown three times in a row does not exist, as far as a drain goes: one file asks first, then what belongs to no file.
        stand.Server.Faults.Add(fault.Times(code == "NoSuchBucket" ? 3 : 6));
        for (var i = 0; i < 30; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        stand.Write("large", PipelineStand.Bytes(Large));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 31, 0), stand.Oracle.Check());
        Assert.Equal(0, stand.Log.Count("parked"));
        Assert.Equal(0, stand.Server.OpenUploads);
    }

    [Fact]
    public async Task WhileTheEndpointFailsOneRequestAtATimeIsTried()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var fault = stand.Server.Faults.Add(Fault.Answer(503, "SlowDown"));
        for (var i = 0; i < 50; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        await using var running = stand.Run();
        await Eventually.True(() => fault.Struck >= 6, stand.Log.ToString, Cancel);
        // Until it is clear that nothing is let through; after that each rest ends in one probe.
        await Eventually.True(() => stand.Log.Count("uploads rest for") == 1, stand.Log.ToString, Cancel);
        var before = fault.Struck;
        await Eventually.True(() => fault.Struck >= before + 4, stand.Log.ToString, Cancel);
        Assert.InRange(fault.Struck, before + 4, before + 8);
        Assert.Equal(1, stand.Log.Count("uploads rest for"));
        stand.Server.Faults.Clear();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 50, stand.Log.ToString, Cancel);
        Assert.Equal(1, stand.Log.Count("answers again"));
    }

    [Fact]
    public async Task AKeyThisAccountMayNotWriteIsItsOwnFault()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(403, "AccessDenied").Key("in/secret"));
        var path = stand.Write("secret", PipelineStand.Bytes(100));
        for (var i = 0; i < 30; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        await using var running = stand.Run();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 30 && running.Pipeline.Tally.Failures > 0, stand.Log.ToString, Cancel);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task AKeyTheServerAlwaysFailsOnDoesNotStopTheRestNotEvenWithOneUploader()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(500, "InternalError").Key("in/poison"));
        var path = stand.Write("poison", PipelineStand.Bytes(100));
        for (var i = 0; i < 10; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        await using var running = stand.Run(rules => rules with { Uploaders = 1 });
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 10, stand.Log.ToString, Cancel);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task BytesThatArriveDamagedAreSentAgain()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(400, "BadDigest").Times(2));
        stand.Write("file", PipelineStand.Bytes(100));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task OneUnreliablePartDoesNotStartTheLargeFileAgain()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.UploadPart).Skip(1).Times(2));
        stand.Write("file", PipelineStand.Bytes(Large));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(1, stand.Server.Count(S3Operation.CreateMultipartUpload));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task AFileThatGrowsWhileItIsSentIsNotRecordedAndNotDeleted(int length)
    {
        var held = length == Large ? S3Operation.UploadPart : S3Operation.PutObject;
        await using var stand = await PipelineStand.Start(isAws: true);
        var release = new TaskCompletionSource();
        var stall = stand.Server.Faults.Add(Fault.Stall(release.Task).On(held).Times(1));
        var path = stand.Write("file", PipelineStand.Bytes(length));
        await using var running = stand.Run();
        await stall.Reached.WaitAsync(Cancel);
        if (OperatingSystem.IsWindows())
        {
            // There it cannot happen: whoever reads it keeps writers out.
            await Assert.ThrowsAsync<IOException>(() => File.AppendAllTextAsync(path, "more", Cancel));
            release.SetResult();
            return;
        }
        await File.AppendAllTextAsync(path, "more", Cancel);
        stand.Oracle.Expect(stand.Root, "file", await File.ReadAllBytesAsync(path, Cancel));
        release.SetResult();
        await Eventually.True(() => stand.Log.Count("it changed while it was read") > 0, stand.Log.ToString, Cancel);
        await Eventually.True(() => stand.Log.Count("conflict") > 0 || running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        // A single request had put the old bytes there already: they stay, and so does the file. A multipart upload was aborted, and all of it follows.
        Assert.Equal(held == S3Operation.PutObject, File.Exists(path));
        await running.StopAsync();
        Assert.DoesNotContain(stand.Oracle.Violations(out _), wrong => wrong.StartsWith("LOST", StringComparison.Ordinal) || wrong.StartsWith("deleted without", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFileReplacedAfterItsProofIsLeftAlone()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        File.Delete(path);
        stand.Write("file", PipelineStand.Bytes(200, seed: 5));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.True(File.Exists(path));
        Assert.Equal(1, stand.Log.Count("left alone"));
        Assert.Equal(Stage.Left, LedgerRows.Of(stand.Ledger, "file")!.Value.Stage);
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task AFileOnlyTouchedAfterItsProofIsReadAgainAndDeleted()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        foreach (var (name, length) in (ReadOnlySpan<(string, int)>)[("empty", 0), ("small", 100), ("large", Large)])
            File.SetUnixFileMode(stand.Write(name, PipelineStand.Bytes(length)), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        foreach (var file in Directory.EnumerateFiles(stand.Root.Path))
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var puts = stand.Server.Count(S3Operation.PutObject);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 3, 0), stand.Oracle.Check());
        Assert.Equal(puts, stand.Server.Count(S3Operation.PutObject));
    }

    /// <summary>Wine tells nothing of a root that is moved; Windows refuses to move it.</summary>
    [LinuxFact]
    public async Task ARootThatVanishesIsOpenedAgainAndNothingInItIsTakenForGone()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var running = stand.Run();
        await Eventually.True(() => stand.Log.Count("watching") == 1, stand.Log.ToString, Cancel);
        Directory.Move(stand.Root.Path, stand.Root.Path + ".away");
        await Eventually.True(() => stand.Log.Count("is gone or can no longer be watched") == 1, stand.Log.ToString, Cancel);
        await File.WriteAllBytesAsync(stand.Root.Path + ".away/file", PipelineStand.Bytes(100), Cancel);
        stand.Oracle.Expect(stand.Root, "file", PipelineStand.Bytes(100));
        Directory.Move(stand.Root.Path + ".away", stand.Root.Path);
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        stand.Write("later", PipelineStand.Bytes(100));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 2, stand.Log.ToString, Cancel);
    }

    [Fact]
    public async Task ADrainGivesUpOnAnEndpointThatStaysAwayAndKeepsEverything()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Reset());
        for (var i = 0; i < 10; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        var result = await stand.DrainAsync(Cancel, rules => rules with { Patience = TimeSpan.FromSeconds(1) });
        Assert.IsType<TimeoutException>(result.Fault);
        Assert.Equal(10, result.Pending);
        Assert.Equal(new OracleCount(10, 0, 0), stand.Oracle.Check());
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task AFileThatCannotBeDeletedIsParkedReportedAndNeverUploadedAgain()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make a file immutable (chattr +i)");
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        using (var set = System.Diagnostics.Process.Start("chattr", ["+i", path]))
            await set.WaitForExitAsync(Cancel);
        try
        {
            await using var running = stand.Run();
            await Eventually.True(() => running.Pipeline.Tally.Failures >= 2, stand.Log.ToString, Cancel);
            Assert.True(stand.Log.Count("it is in the bucket, but") >= 1);
            Assert.Equal(1, stand.Server.Count(S3Operation.PutObject));
        }
        finally
        {
            using var unset = System.Diagnostics.Process.Start("chattr", ["-i", path]);
            await unset.WaitForExitAsync(CancellationToken.None);
        }
        Assert.Equal(new OracleCount(1, 1, 1), stand.Oracle.Check());
    }
}
