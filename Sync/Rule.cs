using System;
using System.Collections.Generic;
using System.Linq;

namespace S3Sync.Sync;

/// <summary>One rule of a <see cref="Filter"/>: takes the files that fit, or leaves them out. Immutable: any thread.</summary>
/// <param name="text">The rule as it stands in the settings, or the option that made it.</param>
/// <param name="takes">True for <c>+</c>.</param>
/// <param name="glob">Which paths it is about; null where it is not about paths.</param>
sealed class Rule(string text, bool takes, Glob? glob = null)
{
    /// <summary>
    /// Names under which programs write what they rename when it is done, or keep for as long as they have a file open: the common ones, editors and browsers (*.tmp, *.temp,
    /// *.part, *.partial, *.filepart of WinSCP, *.crdownload, *.download, *.swp of vim), locks of Microsoft Office (~$*) and LibreOffice (.~lock.*), of Emacs (.#*, #*#),
    /// what NFS and FUSE call a file that was deleted while it was open (.nfs*, .fuse_hidden*), and what file managers put beside files.
    /// </summary>
    static readonly string[] Names =
        ["*.tmp", "*.temp", "*.part", "*.partial", "*.filepart", "*.crdownload", "*.download", "*.swp", "~$*", ".~lock.*", ".#*", "#*#", ".nfs*", ".fuse_hidden*", "Thumbs.db", "desktop.ini", ".DS_Store"];

    /// <summary>The rules for names that stand for no finished file; behind those of a person, unless switched off.</summary>
    public static readonly IReadOnlyList<Rule> Temporary = [.. Names.Select(name => Own($"- {name}", " (a temporary name; --take-temporary takes it)", name))];

    /// <summary>The rules for names with a dot in front, and all below directories of such a name: hidden, where the system knows no other sign.</summary>
    public static readonly IReadOnlyList<Rule> DotNames = [Own("--skip-hidden", "", ".*"), Own("--skip-hidden", "", ".*/")];

    /// <summary>As a person gave it.</summary>
    public string Text { get; } = text;

    /// <summary>The same with what it is, for a message.</summary>
    public string Shown { get; private init; } = text;

    public bool Takes { get; } = takes;

    /// <summary>Reads <c>+ PATTERN</c> or <c>- PATTERN</c>; null, and what is wrong with a hint, for anything else.</summary>
    public static Rule? Parse(string text, out (string Why, string Hint) wrong)
    {
        text = text.Trim(' ');
        if (text is not ['+' or '-', ' ', ..])
        {
            wrong = ("is no rule", text is ['+' or '-', .. var rest] ? $"write a space between the sign and the pattern: '{text[0]} {rest}'" : $"write '- {text}' to leave such files out, '+ {text}' to take them");
            return null;
        }
        var glob = Glob.Parse(text[2..].TrimStart(' '), out var why);
        wrong = glob is null ? ($"is no rule: the pattern {why}", "for example '- *.log', '+ /2026/**' or '- cache/'") : default;
        return glob is null ? null : new(text, text[0] == '+', glob);
    }

    /// <summary>The rule by which an option leaves out what fits a pattern; none, and so nothing by its name alone, where it is null.</summary>
    public static Rule OfOption(string text, string shown, string? pattern = null) => new(text, takes: false, pattern is null ? null : Glob.Parse(pattern, out _)) { Shown = shown };

    /// <summary>True if a path is one that this rule is about.</summary>
    public bool Fits(string path) => glob is not null && glob.Fits(path);

    /// <summary>True if every path below a directory is.</summary>
    public bool FitsAllBelow(string directory) => glob is not null && glob.FitsAllBelow(directory);

    /// <summary>False if none can be.</summary>
    public bool MayFitBelow(string directory) => glob is not null && glob.MayFitBelow(directory);

    public override string ToString() => Text;

    static Rule Own(string text, string why, string pattern) => new(text, takes: false, Glob.Parse(pattern, out _)) { Shown = text + why };
}
