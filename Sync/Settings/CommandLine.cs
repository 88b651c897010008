using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;

namespace S3Sync.Sync.Settings;

/// <summary>What the person asked for.</summary>
enum Command : byte { Run, Help, Version, Service, Operation }

/// <summary>
/// Reads the command line. System.CommandLine cuts it into options and values; what it would guess, print or swallow is kept from it:
/// <see cref="Prepare"/> takes out unknown options (a list option would take them as values), cuts <c>-wDIR</c> in two (its bundling reads
/// <c>-bin</c> as <c>-b -i n</c>) and puts the command in front (else it drops a first word in brackets as a directive).
/// </summary>
static class CommandLine
{
    /// <summary>The commands by the name they are called by; the first stands where none is named.</summary>
    public static readonly (string Name, Command Command)[] Commands = [("run", Command.Run), ("service", Command.Service), ("help", Command.Help), .. Operation.Commands.All.Select(command => (command.Text.Name, Command.Operation))];

    const string StrayHint = "watched directories are named with -w DIR; s3sync --help lists the options";

    static readonly ImmutableArray<Option> Options = OptionTable.In(Sources.CommandLine);

    /// <summary>What the command line gives; its problems are added. Throws nothing.</summary>
    public static Layer Read(string[] args, List<Problem> problems, out Command command)
    {
        var layer = new Layer(Origin.CommandLine);
        var prepared = Prepare(args, problems, out command);
        var parsers = Options.ToDictionary(option => option, Parser);
        var root = new System.CommandLine.Command("s3sync");
        var run = new System.CommandLine.Command(prepared[0]);
        root.Add(run);
        foreach (var parser in parsers.Values)
            run.Add(parser);

        // No response files: a directory may be called @new.
        var parsed = root.Parse(prepared, new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        foreach (var (option, parser) in parsers)
        {
            if (parsed.GetResult(parser) is { Implicit: false } result)
                Take(layer, option, result, problems);
        }
        foreach (var stray in parsed.UnmatchedTokens)
            problems.Add(new($"{Problem.Quote(stray)} belongs to no option", StrayHint));

        if (layer[OptionTable.Version] is [{ Text: "true" }])
            command = Command.Version;
        if (layer[OptionTable.Help] is [{ Text: "true" }])
            command = Command.Help;
        return layer;
    }

    // The command, then the arguments without unknown options and the value each seems to have.
    static List<string> Prepare(string[] args, List<Problem> problems, out Command command)
    {
        var named = args.Length > 0 && args[0].Length > 0 && args[0][0] != '-';
        var at = Array.FindIndex(Commands, known => !named || known.Name == args[0]);
        if (at < 0)
            problems.Add(Unknown.Name("command", args[0], "", Commands.Select(known => known.Name), StrayHint));
        command = Commands[Math.Max(at, 0)].Command;
        List<string> prepared = [Commands[Math.Max(at, 0)].Name];
        for (var i = named ? 1 : 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                prepared.AddRange(args[i..]);
                break;
            }
            if (!IsOption(arg))
            {
                prepared.Add(arg);
                continue;
            }
            var end = arg.IndexOfAny(['=', ':']);
            var name = end < 0 ? arg : arg[..end];
            if (Named(name) is { } option)
                prepared.AddRange(end < 0 ? [arg] : Assigned(option, arg[(end + 1)..], problems));
            else if (IsAttached(arg))
                prepared.Add($"{arg[..2]}={arg[2..]}");
            else
            {
                problems.Add(Unknown.Name("option", name, "", Options.Select(known => known.LongName)));
                if (end < 0 && i + 1 < args.Length && !IsOption(args[i + 1]))
                    i++;
            }
        }
        return prepared;
    }

    /// <summary>True for what looks like an option. "-" is a stray word, "-5" a number (the range says what is wrong with it) and "- *.tmp" a rule.</summary>
    public static bool IsOption(string arg) => arg is ['-', not ('.' or (>= '0' and <= '9') or '\0' or ' '), ..];

    static Option? Named(string name) => Options.FirstOrDefault(option => name == option.LongName || name is ['-', var letter] && letter == option.Short);

    // --name=value: the parser takes no empty value in this form, and calls a flag's wrong one a stray word.
    static string[] Assigned(Option option, string value, List<Problem> problems)
    {
        if (option.Kind != Kind.Flag)
            return value.Length == 0 ? [option.LongName, ""] : [$"{option.LongName}={value}"];
        if (bool.TryParse(value, out var flag))
            return [$"{option.LongName}={(flag ? "true" : "false")}"];
        problems.Add(new($"{option.LongName}: {Problem.Quote(value)} is not {option.Expected}", "give its name alone for true"));
        return [];
    }

    // -wDIR, as in the original program.
    static bool IsAttached(string arg) => Options.Any(option => option.Short == arg[1] && option.Kind != Kind.Flag);

    static System.CommandLine.Option Parser(Option option)
    {
        var aliases = option.Short == '\0' ? [] : new[] { "-" + option.Short };
        // Values are taken as text and judged by us, once, wherever they come from.
        return option.Kind == Kind.Flag
            ? new Option<bool>(option.LongName, aliases)
            : new Option<string[]>(option.LongName, aliases) { Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = option.IsList };
    }

    static void Take(Layer layer, Option option, OptionResult result, List<Problem> problems)
    {
        var values = result.Tokens.Select(token => token.Value).ToArray();
        if (option.Kind == Kind.Flag)
        {
            layer.Add(option, new(values.Length > 0 ? values[^1] : "true", option.LongName));
            return;
        }
        layer.Begin(option);
        if (values.Length < result.IdentifierTokenCount)
            problems.Add(new($"{option.LongName} has no value", $"give it one: {option.LongName} {option.Value}"));
        else if (!option.IsList && values.Distinct().Count() > 1)
            problems.Add(new($"{option.LongName} is given as {string.Join(" and as ", values.Distinct().Select(Problem.Quote))}", "give it once"));

        foreach (var value in values)
            layer.Add(option, new(value, option.LongName));
    }
}
