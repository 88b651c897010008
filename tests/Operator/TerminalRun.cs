using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Operator;

/// <summary>A program in a terminal of 80 columns, which is a real one (of the kernel's pty, by util-linux's script): what it was sent, and what a person sees of it.</summary>
static partial class TerminalRun
{
    public const int Columns = 80;

    /// <summary>Why there can be none here, null where there can.</summary>
    public static string? Missing => PublishedExe.IsOnPath("script") ? null : "a terminal needs util-linux's script";

    /// <summary>Runs it to its end and returns every byte it wrote.</summary>
    /// <param name="command">A line for sh.</param>
    /// <param name="home">Its directory.</param>
    /// <param name="keys">What is typed.</param>
    /// <param name="environment">Further variables.</param>
    public static async Task<string> Of(string command, string home, string keys, IReadOnlyDictionary<string, string?> environment, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("script", ["-qefc", $"stty cols {Columns} rows 40; {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = home,
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["TERM"] = "xterm";
        start.Environment["HOME"] = home;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(keys.AsMemory(), cancel);
        await process.StandardInput.FlushAsync(cancel);
        // Its end would end the terminal.
        var sent = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return sent;
    }

    /// <summary>The rows as a person sees them: carriage returns and line feeds obeyed, and nothing shown of the sequences by which .NET prepares a terminal.</summary>
    public static string[] Seen(string sent)
    {
        List<StringBuilder> rows = [new()];
        var column = 0;
        foreach (var character in Preparation().Replace(sent, ""))
        {
            switch (character)
            {
                case '\r':
                    column = 0;
                    break;
                case '\n':
                    rows.Add(new());
                    column = 0;
                    break;
                default:
                    var row = rows[^1];
                    if (column < row.Length)
                        row[column] = character;
                    else
                        row.Append(character);
                    column++;
                    break;
            }
        }
        return [.. rows.Select(row => row.ToString().TrimEnd())];
    }

    [GeneratedRegex(@"\e(\[\?\d+[hl]|[=>])")]
    private static partial Regex Preparation();
}
