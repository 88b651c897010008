using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>What S3 demands of what an object gets besides its bytes. Pure; each rule gives the problem with a value, or null.</summary>
static class ObjectRules
{
    /// <summary>Those of AWS that a PUT may name. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html</summary>
    public static readonly string[] StorageClasses = ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP"];

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl</summary>
    public static readonly string[] Acls = ["private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"];

    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
    const int MostTags = 10, LongestTagName = 128, LongestTagValue = 256;

    // More than any name there is.
    const int LongestClass = 64;

    /// <summary>A storage class. Other servers have names of their own.</summary>
    public static Problem? StorageClass(string name, string place) =>
        name.Length <= LongestClass && name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_')
            ? null
            : new($"{place}: {Problem.Quote(name)} is not a storage class", NearClass(name) is { } near ? $"did you mean {near}?" : "capitals, digits and underscores, for example STANDARD_IA");

    /// <summary>The class of AWS that a name nobody knows was perhaps meant to be; null for one that is known, or near to none.</summary>
    public static string? NearClass(string name) => StorageClasses.Contains(name) ? null : Nearest.To(name, StorageClasses);

    /// <summary>A key of KMS: its id, its ARN, or an alias.</summary>
    public static Problem? KmsKey(string id, string place) =>
        id.Length <= 2048 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/' or ':' or '.')
            ? null
            : new($"{place}: {Problem.Quote(id)} is not the id of a key", "the key's id, its ARN or an alias, for example alias/uploads");

    public static Problem? Acl(string name, string place) =>
        Acls.Contains(name) ? null : new($"{place}: {Problem.Quote(name)} is not a canned ACL", Nearest.To(name, Acls) is { } near ? $"did you mean {near}?" : $"one of {string.Join(", ", Acls)}");

    /// <summary>What a header has as it is.</summary>
    public static Problem? Header(string text, string place) =>
        HeaderText.Of(text) == text ? null : new($"{place}: {Problem.Quote(text)} cannot stand in a header", "ASCII without control characters, without two spaces in a row");

    /// <summary>A media type, with parameters perhaps. https://www.rfc-editor.org/rfc/rfc9110#name-media-type</summary>
    public static Problem? ContentType(string type, string place)
    {
        var parts = type.Split(';')[0].Trim().Split('/');
        return HeaderText.Of(type) == type && parts is [{ Length: > 0 } main, { Length: > 0 } below] && IsToken(main) && IsToken(below)
            ? null
            : new($"{place}: {Problem.Quote(type)} is not a content type", "for example text/csv, or text/plain; charset=utf-8");
    }

    /// <summary>An extension with its dot.</summary>
    public static Problem? Extension(string extension, string place) =>
        extension.Length > 1 && extension[0] == '.' && extension.AsSpan(1).IndexOfAny('.', '/', '\\') < 0
            ? null
            : new($"{place}: {Problem.Quote(extension)} is not an extension", "a dot and what follows the last dot of a name, for example .csv=text/csv");

    /// <summary>Tags. Their characters: https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3Tag.html</summary>
    public static Problem? Tags(IReadOnlyList<(string Name, string Value)> tags, string place)
    {
        if (tags.Count > MostTags)
            return new($"{place}: {tags.Count} tags", $"an object has at most {MostTags}");
        foreach (var (name, value) in tags)
        {
            var dated = DatedText.On(value, default);
            var (what, why) =
                name.Length > LongestTagName ? (name, $"is longer than {LongestTagName} characters")
                : dated.Length > LongestTagValue ? (value, $"is longer than {LongestTagValue} characters")
                : name.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) ? (name, "begins with 'aws:', which is reserved")
                : !name.All(IsOfTags) ? (name, "has a character that tags cannot have")
                : !dated.All(IsOfTags) ? (value, "has a character that tags cannot have")
                : tags.Count(other => other.Name == name) > 1 ? (name, "is given twice")
                : ("", "");
            if (why.Length > 0)
                return new($"{place}: {Problem.Quote(what)} {why}", $"letters, digits, spaces and + - = . _ : / @; names of at most {LongestTagName} characters, each once, values of at most {LongestTagValue}");
        }
        return null;
    }

    /// <summary>Metadata; <paramref name="facts"/>: with that of the file itself.</summary>
    public static Problem? Metadata(IReadOnlyList<(string Name, string Value)> metadata, bool facts, string place)
    {
        foreach (var (name, value) in metadata)
        {
            var (why, hint) =
                !IsToken(name) ? ("is not a name of metadata", "letters, digits, hyphens and underscores")
                : name.StartsWith("x-amz-meta-", StringComparison.Ordinal) ? ("has its x-amz-meta- already", $"write {Problem.Quote(name["x-amz-meta-".Length..])}")
                : metadata.Count(other => other.Name == name) > 1 ? ("is given twice", "give it once; upper and lower case are the same")
                : facts && ObjectTraits.Facts.Contains(name) ? ($"is what {OptionTable.FileFacts.LongName} gives", "leave one of them out")
                : value.Any(char.IsControl) ? ("has a control character in its value", "take it out")
                : value.Length == 0 ? ("has no value", "give it one, or leave it out")
                : ("", "");
            if (why.Length > 0)
                return new($"{place}: {Problem.Quote(name)} {why}", hint);
        }
        var bytes = ObjectTraits.BytesOf(metadata) + (facts ? ObjectTraits.FactBytes : 0);
        return bytes <= ObjectTraits.MostMetadata ? null
            : new($"{place}: {bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes of metadata", $"S3 takes {ObjectTraits.MostMetadata.ToString("N0", CultureInfo.InvariantCulture)}, names and values together");
    }

    // RFC 9110, 5.6.2, without the few that nobody uses.
    static bool IsToken(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+');

    static bool IsOfTags(char c) => char.IsLetterOrDigit(c) || char.IsNumber(c) || char.IsSeparator(c) || c is '+' or '-' or '=' or '.' or '_' or ':' or '/' or '@';
}
