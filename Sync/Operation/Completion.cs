using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>The scripts of <see cref="CompletionCommand"/>, made from the option table and the commands. Pure.</summary>
static class Completion
{
    /// <summary>For bash 4 and later. https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html</summary>
    public static string Bash()
    {
        var text = new StringBuilder("""
            # Completion of s3sync for bash, made by "s3sync completion bash".
            _s3sync() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=run words
                # bash cuts --option=value into three words.
                if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
                if (( COMP_CWORD > 1 )) && [[ ${COMP_WORDS[1]} != -* ]]; then command=${COMP_WORDS[1]}; fi
                COMPREPLY=()
                case "$before" in

            """);
        foreach (var option in OptionTable.All.Where(option => option.Kind != Kind.Flag))
        {
            var name = option.Short == '\0' ? option.LongName : $"-{option.Short}|{option.LongName}";
            text.Append($"        {name}) ").Append(option.Kind switch
            {
                Kind.Choice => $"words='{string.Join(' ', option.Choices)}'",
                Kind.Path => "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return",
                Kind.List => "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return",
                _ => "return",
            }).Append(" ;;\n");
        }
        text.Append("        *) case \"$command\" in\n");
        foreach (var (name, words) in Commands())
        {
            text.Append($"            {name}) words='{string.Join(' ', words)}' ;;\n");
        }
        text.Append($$"""
                    esac
                    if (( COMP_CWORD == 1 )); then words="{{string.Join(' ', CommandLine.Commands.Select(command => command.Name))}} $words"; fi ;;
                esac
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
                # What is no option may be a file.
                if [[ $word != -* ]] && (( COMP_CWORD > 1 )) && [[ $command == explain || $command == retry ]]; then
                    compopt -o filenames
                    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
                fi
            }
            complete -F _s3sync s3sync

            """);
        return text.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>For PowerShell 5 and later. https://learn.microsoft.com/powershell/module/microsoft.powershell.core/register-argumentcompleter</summary>
    public static string PowerShell()
    {
        var text = new StringBuilder("""
            # Completion of s3sync for PowerShell, made by "s3sync completion powershell".
            Register-ArgumentCompleter -Native -CommandName s3sync, s3sync.exe -ScriptBlock {
                param($word, $line, $position)
                $typed = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { $_.ToString() })
                $command = if ($typed.Count -gt 1 -and -not $typed[1].StartsWith('-')) { $typed[1] } else { 'run' }
                $values = @{

            """);
        foreach (var option in OptionTable.All.Where(option => option.Kind != Kind.Flag))
        {
            // Nothing: then PowerShell offers files by itself.
            foreach (var name in option.Short == '\0' ? [option.LongName] : (string[])[$"-{option.Short}", option.LongName])
            {
                text.Append($"        '{name}' = @({string.Join(", ", option.Choices.Select(Quote))})\n");
            }
        }
        text.Append("    }\n    $commands = @{\n");
        foreach (var (name, words) in Commands())
        {
            text.Append($"        '{name}' = @({string.Join(", ", words.Select(Quote))})\n");
        }
        text.Append($$"""
                }
                $words = if ($word -match '^(--[a-z-]+)=' -and $values.ContainsKey($Matches[1])) { $values[$Matches[1]] | ForEach-Object { "$($Matches[1])=$_" } }
                    elseif ($values.ContainsKey($typed[-1])) { $values[$typed[-1]] }
                    elseif ($typed.Count -eq 1) { @({{string.Join(", ", CommandLine.Commands.Select(command => Quote(command.Name)))}}) + $commands['run'] }
                    else { $commands[$command] }
                $words | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }

            """);
        return text.ToString().ReplaceLineEndings(Environment.NewLine);
    }

    /// <summary>What may stand behind each command.</summary>
    static IEnumerable<(string Name, IEnumerable<string> Words)> Commands()
    {
        var options = OptionTable.All.Select(option => option.LongName);
        foreach (var (name, _) in CommandLine.Commands)
        {
            var command = Operation.Commands.All.FirstOrDefault(known => known.Text.Name == name)?.Text;
            yield return (name, name switch
            {
                "service" => [.. ServiceRecipe.Kinds, .. options],
                "help" => CommandLine.Commands.Select(known => known.Name),
                "run" => options,
                _ when command is { NeedsNothing: true } => [.. CompletionCommand.Shells, "--help"],
                _ => [.. command!.Words.Select(word => word.Name), .. options],
            });
        }
    }

    static string Quote(string word) => $"'{word}'";
}
