using System;
using System.Text;
using S3Sync.Sync.Voice;

namespace S3Sync.Sync.Operation;

/// <summary>Lines for a person who looks at a terminal: folded between words at its width. In a pipe or a file each stays one line.</summary>
static class Fold
{
    /// <summary>Columns of the terminal standard output goes to; as many as there may be where it goes elsewhere.</summary>
    public static int Width { get; } = Console.IsOutputRedirected ? int.MaxValue : Terminal.Columns;

    /// <summary>The line as it is to be written to standard output.</summary>
    /// <param name="indent">Spaces before each row but the first.</param>
    public static string Line(string line, int indent) => Line(line, indent, Width);

    /// <summary>The rows, one below the other. A word that is longer than a row, which is a path, stays whole. Pure.</summary>
    public static string Line(string line, int indent, int width)
    {
        if (line.Length <= width)
        {
            return line;
        }
        var rows = new StringBuilder(line.Length + 64);
        for (var rest = line; ;)
        {
            var room = rows.Length == 0 ? width : width - indent;
            // Columns before the text are not places to fold at.
            var from = rows.Length == 0 ? Math.Min(indent, rest.Length) : 0;
            var at = rest.Length <= room ? -1 : rest.LastIndexOf(' ', Math.Max(room, from), Math.Max(room, from) - from + 1);
            if (at < 0 && rest.Length > room)
            {
                at = rest.IndexOf(' ', Math.Max(room, from));
            }
            rows.Append(at < 0 ? rest : rest[..at].TrimEnd());
            if (at < 0)
            {
                return rows.ToString();
            }
            rows.Append(Environment.NewLine).Append(' ', indent);
            rest = rest[at..].TrimStart();
        }
    }
}
