using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>A watched directory.</summary>
/// <param name="Index">Its place in the settings, from 0; what notifications and rows call it.</param>
/// <param name="Path">Absolute path of a real directory (links resolved), without a separator at its end.</param>
/// <param name="Bucket">Where its files go.</param>
/// <param name="Prefix">The complete first part of its keys: the directory's own name unless the settings replace it; may be empty.</param>
sealed record Root(int Index, string Path, string Bucket, string Prefix)
{
    /// <summary>Which of its files are taken, when the run begins.</summary>
    public Filter Filter { get; init; } = Filter.None;

    /// <summary>How fast its files may be sent; null for no limit of its own.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>What its objects get besides their bytes; null for nothing.</summary>
    public ObjectTraits? Objects { get; init; }

    /// <summary>How its keys are made below the prefix; null for the path alone.</summary>
    public KeyTemplate? Template { get; init; }

    /// <summary>The same without a template: how keys are made that the ledger does not hold.</summary>
    public Root WithoutTemplate() => Template is null ? this : this with { Template = null };

    /// <summary>A file in it without which nothing is uploaded or deleted; null for none.</summary>
    public string? Marker { get; init; }

    /// <summary>The absolute path of a file or directory of this root; empty stands for the root itself.</summary>
    public string FullPath(string relative) => relative.Length == 0 ? Path : System.IO.Path.Join(Path, relative);
}
