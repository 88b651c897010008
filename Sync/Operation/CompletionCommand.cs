using System;
using System.Threading.Tasks;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync completion</c>: a script for a shell that completes commands, options and their values.</summary>
static class CompletionCommand
{
    /// <summary>The shells there is one for.</summary>
    public static readonly string[] Shells = ["bash", "powershell"];

    public static readonly CommandText Text = new("completion", "bash|powershell", "a script that completes words in a shell")
    {
        Detail = """
            Prints a script made from the options and commands of this very executable. The
            Tab key then completes commands, options, the words an option takes, files and
            directories.
            """,
        Examples =
        [
            ("completion bash > /etc/bash_completion.d/s3sync", "for everybody, from the next shell on"),
            ("completion powershell >> $PROFILE", "for yourself, from the next PowerShell on"),
        ],
        NeedsNothing = true,
    };

    public static Task<int> RunAsync(Asked asked)
    {
        var shell = asked.Operands[0];
        if (Array.IndexOf(Shells, shell) < 0)
        {
            return Task.FromResult(Product.Refuse([Unknown.Name("shell", shell, "", Shells, $"s3sync completion {Text.Operand}")]));
        }
        Console.Out.Write(shell == "bash" ? Completion.Bash() : Completion.PowerShell());
        return Task.FromResult(Exit.Done);
    }
}
