using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using S3Sync.Sync.Operation;

namespace S3Sync.Sync.Settings;

/// <summary>The text of --help, made from the <see cref="OptionTable"/> and the commands; 80 columns wide, one screen high.</summary>
static class Usage
{
    /// <summary>The whole text, lines ended by '\n'.</summary>
    public static string Text()
    {
        var text = new StringBuilder();
        text.Append("Uploads each new file to S3, proves that it is there, and deletes it locally.\n\n");
        text.Append("Usage: s3sync [run] -w DIR... -b NAME [options]; s3sync run --help has them all\n");
        text.Append($"       s3sync service {string.Join('|', ServiceRecipe.Kinds)} -w DIR... -b NAME [options]\n");
        text.Append("       s3sync COMMAND [options], beside a run; s3sync COMMAND --help tells more:\n");
        text.Append(Fold.Line($"       {string.Join(' ', Commands.All.Select(command => command.Text.Name))}", 7, 80).ReplaceLineEndings("\n")).Append("\n\n");
        Options(text, OptionTable.All.Where(option => option.InBrief));
        var (example, list) = (OptionTable.UploadPartSize, OptionTable.WatchDir);
        text.Append($"""

            1 MB is 1,048,576 bytes. Options may also stand in the JSON file
            ("{example.JsonKey}": {example.Default}, "{list.JsonKey}": [...]) and in the environment
            ({example.EnvironmentName}); the command line counts most, the file least.
            Credentials come from the AWS chain. Ends with 0: done, 1: failed, 2: wrong
            settings, 3: done but for some files, 4: ledger in use, 5: verify found faults.

            """);
        return text.ToString();
    }

    /// <summary>Every option there is, lines ended by '\n'.</summary>
    public static string OfRun()
    {
        var text = new StringBuilder("Usage: s3sync [run] -w DIR... -b NAME [options]\n\n");
        Options(text, OptionTable.All);
        return text.Append("\nExamples:\n")
            .Append("  s3sync --dry-run -w DIR -b NAME\n      what would be done; touches nothing\n")
            .Append("  s3sync --once --keep -w DIR -b NAME\n      uploads what is there, deletes nothing\n")
            .Append("  s3sync -w DIR -b NAME --log-file s3sync.log --log-format json\n      watches until it is stopped, and keeps a log for a program to read\n")
            .ToString();
    }

    static void Options(StringBuilder text, IEnumerable<Option> options)
    {
        var rows = options.Select(option => (Left: Left(option), option)).ToArray();
        var width = rows.Max(row => row.Left.Length) + 2;
        foreach (var (left, option) in rows)
            text.Append($"{left.PadRight(width)}{option.Description}{Default(option)}\n");
    }

    static string Left(Option option) =>
        $"  {(option.Short == '\0' ? "   " : $"-{option.Short},")} {option.LongName}{(option.Value.Length > 0 ? " " + option.Value : "")}";

    static string Default(Option option) => option.Default is null ? "" : $" ({option.Default})";
}
