using System.Collections.Generic;

namespace S3Sync.Sync.Operation;

/// <summary>A word that one command knows besides the options of a run.</summary>
/// <param name="Name">As it is written: <c>--json</c>.</param>
/// <param name="Value">What stands for its value in the help; empty for a flag.</param>
/// <param name="Description">One line.</param>
sealed record Word(string Name, string Value, string Description);

/// <summary>What there is to say of one command: its help is made of this and nothing else.</summary>
/// <param name="Name">The word it is called by.</param>
/// <param name="Operand">What stands behind it without a hyphen; in brackets where it may be left out, empty where there is none.</param>
/// <param name="Summary">What it does, in at most 50 characters.</param>
sealed record CommandText(string Name, string Operand, string Summary)
{
    /// <summary>The words it knows.</summary>
    public IReadOnlyList<Word> Words { get; init; } = [];

    /// <summary>What a person should know of it, in lines of at most 80 characters.</summary>
    public required string Detail { get; init; }

    /// <summary>Command lines worth copying, without the program's name, each with what it is for.</summary>
    public required IReadOnlyList<(string Line, string Meaning)> Examples { get; init; }

    /// <summary>True if it works on the settings of a run as a whole: with watched directories and buckets.</summary>
    public bool NeedsRoots { get; init; }

    /// <summary>True if it takes no option of a run.</summary>
    public bool NeedsNothing { get; init; }
}
