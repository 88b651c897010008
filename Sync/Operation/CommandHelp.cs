using System.Linq;
using System.Text;

namespace S3Sync.Sync.Operation;

/// <summary>The help of one command, made of its <see cref="CommandText"/>.</summary>
static class CommandHelp
{
    /// <summary>The whole text, lines ended by '\n', at most 80 characters wide.</summary>
    public static string Of(CommandText command)
    {
        var text = new StringBuilder();
        text.Append($"s3sync {command.Name}: {command.Summary}.\n\n");
        text.Append($"Usage: s3sync {command.Name}{(command.Operand.Length > 0 ? " " + command.Operand : "")}{(command.NeedsNothing ? "" : " [options]")}\n\n");
        text.Append(command.Detail.ReplaceLineEndings("\n")).Append("\n\n");
        var rows = command.Words.Select(word => (Left: word.Value.Length > 0 ? $"{word.Name} {word.Value}" : word.Name, word.Description))
            .Append(command.NeedsNothing ? ("-h, --help", "show this and end") : command.NeedsRoots ? ("", "and the options of a run: s3sync --help") : ("--ledger FILE", "the ledger, if not in its usual place; --config FILE names it too"))
            .ToArray();
        var width = rows.Max(row => row.Item1.Length) + 2;
        foreach (var (left, description) in rows)
        {
            text.Append($"  {left.PadRight(width)}{description}\n");
        }
        text.Append("\nExamples:\n");
        foreach (var (line, meaning) in command.Examples)
        {
            text.Append($"  s3sync {line}\n      {meaning}\n");
        }
        return text.ToString();
    }
}
