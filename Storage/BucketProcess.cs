using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// A process that a profile names and that prints keys. What it prints has a limit; one that prints
/// more is ended.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
/// </summary>
static class BucketProcess
{
    // What it says of an error: as much as is shown, in whatever encoding.
    const int LongestError = 4 * 1024;

    public static BucketSource AsSource(string name, string command) => new(name, () => AskAsync(name, command.Trim()));

    static async Task<IssuedKeys> AskAsync(string name, string command)
    {
        using var process = Start(name, command);
        var printed = ReadAsync(process, process.StandardOutput.BaseStream, AnswerLimits.Short, endsAfter: true);
        var error = ReadAsync(process, process.StandardError.BaseStream, LongestError, endsAfter: false);
        var (text, isWhole) = await printed;
        var (said, _) = await error;
        await process.WaitForExitAsync();
        if (!isWhole)
        {
            throw Failed(name, $"it printed more than {AnswerLimits.Short:N0} bytes");
        }
        if (process.ExitCode != 0)
        {
            throw Failed(name, $"it ended with {process.ExitCode}: {FirstLine(said)}");
        }
        return HasVersion1(text) && LocalKeys.Parse(text, "SessionToken") is { } keys
            ? keys
            : throw Failed(name, "it printed something else");
    }

    static Process Start(string name, string command)
    {
        // cmd takes the rest of the line as it is.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe", "/c " + command)
            : new ProcessStartInfo("sh", ["-c", command]);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.CreateNoWindow) = (true, true, true);
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            throw Failed(name, e.Message);
        }
    }

    /// <summary>
    /// The beginning, and whether that is all. The rest is read too, as the process waits for it,
    /// or the process is ended.
    /// </summary>
    static async Task<(byte[] Bytes, bool IsWhole)> ReadAsync(Process process, Stream stream, int most, bool endsAfter)
    {
        var buffer = new byte[4096];
        using var kept = new MemoryStream();
        var isWhole = true;
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
        {
            var room = most - (int)kept.Length;
            kept.Write(buffer, 0, Math.Min(room, count));
            if (count > room && isWhole)
            {
                isWhole = false;
                if (endsAfter)
                {
                    End(process);
                }
            }
        }
        return (kept.ToArray(), isWhole);
    }

    static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or AggregateException)
        {
            // It has ended by itself.
        }
    }

    static bool HasVersion1(byte[] text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("Version", out var version)
                && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == 1;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static string FirstLine(byte[] said)
    {
        var text = Encoding.UTF8.GetString(said).AsSpan().Trim();
        var end = text.IndexOfAny('\r', '\n');
        return (end < 0 ? text : text[..end]).ToString();
    }

    static BucketCredentialsException Failed(string name, string why) =>
        new($"{name} failed: {why}",
            "run that command by hand, as the user that runs s3sync; it has to print JSON with Version 1");
}
