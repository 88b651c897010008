using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What an operator can have done with files from beside a run.</summary>
enum OperatorVerb : byte
{
    /// <summary>Try again now.</summary>
    Retry,
    /// <summary>Upload again, to the address of the settings.</summary>
    Reupload,
    /// <summary>Delete, once the address the file was uploaded to confirms the object.</summary>
    Release,
}

/// <summary>Which files it is about, where it names no path.</summary>
enum OperatorChoice : byte
{
    /// <summary>One file.</summary>
    Path,
    Parked,
    Unconfirmed,
    Elsewhere,
}

/// <summary>What an operator wants of which files, and how a request file says it. Pure.</summary>
/// <param name="Root">The watched directory; null for all of them.</param>
/// <param name="Path">The path below it; empty for all files of the choice.</param>
sealed record OperatorRequest(OperatorVerb Verb, OperatorChoice Choice, string? Root, string Path)
{
    const char Separator = '\0';

    static readonly FailureCode[] Unconfirmed = [FailureCode.ObjectMissing, FailureCode.ObjectDiffers, FailureCode.Unverifiable];
    static readonly FailureCode[] Elsewhere = [FailureCode.OtherAddress, FailureCode.Released];

    /// <summary>A request about one file.</summary>
    public static OperatorRequest Of(OperatorVerb verb, string root, string path) => new(verb, OperatorChoice.Path, root, path);

    /// <summary>A request about all files of a kind.</summary>
    public static OperatorRequest Of(OperatorVerb verb, OperatorChoice choice) => new(verb, choice, null, "");

    /// <summary>The codes of the kept files it is about.</summary>
    public IReadOnlyList<FailureCode> Codes => Choice switch
    {
        OperatorChoice.Unconfirmed => Unconfirmed,
        OperatorChoice.Elsewhere => Elsewhere,
        _ => [],
    };

    /// <summary>The text of its file.</summary>
    public override string ToString() => string.Join(Separator, Name(Verb), Name(Choice), Root, Path);

    /// <summary>Null if the text is no request.</summary>
    public static OperatorRequest? Parse(string text) => text.Split(Separator) is [var verb, var choice, var root, var path]
        && Find<OperatorVerb>(verb) is { } what && Find<OperatorChoice>(choice) is { } which
        && (which == OperatorChoice.Path) == (root.Length > 0 && path.Length > 0)
        ? new(what, which, root.Length > 0 ? root : null, path) : null;

    static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    static T? Find<T>(string name) where T : struct, Enum =>
        Enum.GetValues<T>().Where(value => Name(value) == name).Select(value => (T?)value).FirstOrDefault();
}
