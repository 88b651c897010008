using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>The command line of one command, taken apart: its own words and operands, and what is left: options of a run.</summary>
sealed class Asked
{
    readonly Dictionary<string, string> words = new(StringComparer.Ordinal);

    /// <summary>What stands without a hyphen and belongs to no option.</summary>
    public List<string> Operands { get; } = [];

    /// <summary>The options of a run.</summary>
    public List<string> Rest { get; } = [];

    /// <summary>True if --help is among them.</summary>
    public bool Help { get; private set; }

    /// <summary>True if the word was given.</summary>
    public bool Has(string word) => words.ContainsKey(word);

    /// <summary>The word's value; null where it was not given.</summary>
    public string? this[string word] => words.GetValueOrDefault(word);

    /// <summary>Takes the arguments behind the command's name apart; what is wrong with them is added to the problems.</summary>
    public static Asked Read(CommandText command, string[] args, List<Problem> problems)
    {
        var asked = new Asked();
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                asked.Operands.AddRange(args[(i + 1)..]);
                break;
            }
            if (arg.Length < 2 || arg[0] != '-')
            {
                asked.Operands.Add(arg);
                continue;
            }
            var end = arg.IndexOf('=');
            var name = end < 0 ? arg : arg[..end];
            if (name is "--help" or "-h")
            {
                asked.Help = true;
            }
            else if (command.Words.FirstOrDefault(word => word.Name == name) is { } word)
            {
                i = asked.Take(word, args, i, end, problems);
            }
            else if (Option(arg) is { } option)
            {
                i = asked.Pass(option, args, i, end >= 0 || option.Short != '\0' && arg.Length > 2 && arg[1] == option.Short);
            }
            else
            {
                problems.Add(Unknown.Name("option", name, "", command.Words.Select(word => word.Name).Concat(OptionTable.All.Select(known => known.LongName)), $"s3sync {command.Name} --help lists the options"));
            }
        }
        asked.Judge(command, problems);
        return asked;
    }

    void Judge(CommandText command, List<Problem> problems)
    {
        var most = command.Operand.Length == 0 ? 0 : 1;
        foreach (var stray in Operands.Skip(most))
        {
            problems.Add(new($"{Problem.Quote(stray)} belongs to no option", $"s3sync {command.Name} --help says what is expected"));
        }
        if (Operands.Count == 0 && command.Operand.Length > 0 && command.Operand[0] != '[' && !Help)
        {
            problems.Add(new($"{command.Name}: no {command.Operand} is given", $"s3sync {command.Name} {command.Operand}"));
        }
    }

    /// <summary>Takes a word of the command's own; returns the place of its last argument.</summary>
    int Take(Word word, string[] args, int at, int end, List<Problem> problems)
    {
        if (word.Value.Length == 0)
        {
            if (end >= 0)
            {
                problems.Add(new($"{word.Name} takes no value", "give its name alone"));
            }
            words[word.Name] = "";
            return at;
        }
        if (end < 0 && at + 1 >= args.Length)
        {
            problems.Add(new($"{word.Name} has no value", $"give it one: {word.Name} {word.Value}"));
            return at;
        }
        words[word.Name] = end < 0 ? args[at + 1] : args[at][(end + 1)..];
        return end < 0 ? at + 1 : at;
    }

    /// <summary>Passes an option of a run on with its values; returns the place of its last argument.</summary>
    int Pass(Option option, string[] args, int at, bool hasValue)
    {
        Rest.Add(args[at]);
        if (option.Kind == Kind.Flag)
        {
            return at;
        }
        // A list takes all that follows up to the next option, as in a run.
        for (var most = option.IsList ? args.Length : hasValue ? 0 : 1; most > 0 && at + 1 < args.Length && !(option.IsList && CommandLine.IsOption(args[at + 1])); most--)
        {
            Rest.Add(args[++at]);
        }
        return at;
    }

    static Option? Option(string arg) => OptionTable.All.FirstOrDefault(option =>
        arg.Split('=')[0] == option.LongName || option.Short != '\0' && arg[0] == '-' && arg[1] == option.Short && (arg.Length == 2 || option.Kind != Kind.Flag));
}
