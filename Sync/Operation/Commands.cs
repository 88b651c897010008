using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>The operator's commands, and how one is called. Each works from the same executable beside a run, and holds nothing that a run needs.</summary>
static class Commands
{
    /// <summary>Every command, in the order of the help.</summary>
    public static readonly OneCommand[] All =
    [
        new(CheckCommand.Text, CheckCommand.RunAsync),
        new(StatusCommand.Text, StatusCommand.RunAsync),
        new(ExplainCommand.Text, ExplainCommand.RunAsync),
        new(ListCommand.Text, ListCommand.RunAsync),
        new(RetryCommand.Text, RetryCommand.RunAsync),
        new(KeptCommands.Reupload, KeptCommands.ReuploadAsync),
        new(KeptCommands.Release, KeptCommands.ReleaseAsync),
        new(VerifyCommand.Text, VerifyCommand.RunAsync),
        new(ReportCommand.Text, ReportCommand.RunAsync),
        new(RebuildCommand.Text, RebuildCommand.RunAsync),
        new(ImportCommand.Text, ImportCommand.RunAsync),
        new(CompletionCommand.Text, CompletionCommand.RunAsync),
    ];

    /// <summary>True if the word is one of them.</summary>
    public static bool Knows(string word) => All.Any(command => command.Text.Name == word);

    /// <summary>Runs a command with the arguments behind its name; returns the exit code.</summary>
    public static async Task<int> RunAsync(string name, string[] args)
    {
        var (text, run) = All.First(command => command.Text.Name == name);
        List<Problem> problems = [];
        var asked = Asked.Read(text, args, problems);
        if (asked.Help)
        {
            Console.Out.Write(CommandHelp.Of(text));
            return Exit.Done;
        }
        if (problems.Count > 0)
        {
            return Product.Refuse(problems);
        }
        try
        {
            return await run(asked);
        }
        catch (LedgerException e)
        {
            Product.Say(new(e.Message, e.Hint));
            return e.IsHeld ? Exit.Held : Exit.Failed;
        }
        // A ledger may hold anything once its disk has failed: a date of the year 292,278,994, a kind that is none.
        catch (Exception e) when (e is ArgumentException or ArithmeticException or FormatException or IndexOutOfRangeException or InvalidCastException or InvalidOperationException or KeyNotFoundException)
        {
            Product.Say(new($"the ledger holds a value that cannot be ({e.GetType().Name}: {e.Message})", LedgerException.Damaged));
            return Exit.Failed;
        }
        catch (Exception e)
        {
            Product.Say(Product.Explain(e));
            return Exit.Failed;
        }
    }
}

/// <summary>A command: what is said of it, and what it does with a command line, which ends in an exit code.</summary>
sealed record OneCommand(CommandText Text, Func<Asked, Task<int>> Run);
