using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>
/// What the objects of each watched directory get: the directory's own values, and those for all where it has none. Owned by the thread that reads the settings.
/// </summary>
sealed class ObjectOptions
{
    /// <summary>The options concerned.</summary>
    public static readonly ImmutableArray<Option> All =
    [
        OptionTable.StorageClass, OptionTable.Sse, OptionTable.SseKmsKey, OptionTable.SseKmsContext, OptionTable.SseBucketKey, OptionTable.Acl, OptionTable.Tags,
        OptionTable.Metadata, OptionTable.FileFacts, OptionTable.ContentType, OptionTable.ContentTypes, OptionTable.CacheControl,
    ];

    /// <summary>The type that says: by the extension.</summary>
    const string ByExtension = "auto";

    /// <summary>The key, the context and the rest of it are these two's.</summary>
    const string Kms = "aws:kms", KmsTwice = "aws:kms:dsse";

    static readonly string[] Words = ["root", "host", .. DatedText.Words];

    readonly Dictionary<Option, Given> _common = [];
    readonly bool _aws;
    readonly List<Problem> _problems;
    readonly List<string> _notes;

    /// <param name="given">What counts for all directories.</param>
    /// <param name="aws">Whether the server is AWS, whose names are known.</param>
    /// <param name="problems">Takes the problems.</param>
    /// <param name="notes">Takes what is worth saying.</param>
    public ObjectOptions(Effective given, bool aws, List<Problem> problems, List<string> notes)
    {
        (_aws, _problems, _notes) = (aws, problems, notes);
        foreach (var option in All)
        {
            if (option.Kind == Kind.Flag ? given.Flag(option) : given.Text(option) is not null)
            {
                var value = given.List(option)![0];
                _common[option] = option.Kind == Kind.Flag ? value with { Text = "true" } : value;
            }
        }
    }

    /// <summary>What is given for all directories; null where nothing is.</summary>
    public Given? Common(Option option) => _common.TryGetValue(option, out var given) ? given : null;

    /// <summary>What tells the wishes of one directory from those of another, as text; empty where there are none.</summary>
    public string Told(in Given directory)
    {
        var told = "";
        foreach (var option in All)
        {
            if (WishOf(directory, option) is { } wish)
                told += $"{option.Name} {wish.Text.Length} {wish.Text} ";
        }
        return told;
    }

    /// <summary>What the objects of a directory get; null for nothing. Only to be used where no problem was added.</summary>
    /// <param name="directory">As it was given.</param>
    /// <param name="name">What {root} stands for.</param>
    public ObjectTraits? Of(in Given directory, string name)
    {
        if (Told(directory).Length == 0)
            return null;
        var facts = Flag(directory, OptionTable.FileFacts);
        var wishes = new ObjectWishes
        {
            StorageClass = StorageClass(directory),
            Acl = Text(directory, OptionTable.Acl, ObjectRules.Acl),
            CacheControl = Text(directory, OptionTable.CacheControl, ObjectRules.Header),
            Tags = Tags(directory, name),
            Metadata = Metadata(directory, name, facts),
            FileFacts = facts,
        };
        return new(Typed(directory, Encrypted(directory, wishes)));
    }

    string? StorageClass(in Given directory)
    {
        if (WishOf(directory, OptionTable.StorageClass) is not { } value)
            return null;
        if (ObjectRules.StorageClass(value.Text, value.Place) is { } problem)
            _problems.Add(problem);
        else if (_aws && ObjectRules.NearClass(value.Text) is { } near)
            Note($"{value.Place}: {Problem.Quote(value.Text)} is no storage class that s3sync knows of AWS; did you mean {near}?");
        return value.Text;
    }

    ObjectWishes Encrypted(in Given directory, ObjectWishes wishes)
    {
        var kind = WishOf(directory, OptionTable.Sse);
        var method = kind is { } named ? Array.Find([.. OptionTable.Sse.Choices], choice => choice.Equals(named.Text, StringComparison.OrdinalIgnoreCase)) : "";
        if (method is null)
        {
            _problems.Add(new($"{kind!.Value.Place}: {Problem.Quote(kind.Value.Text)} is not {OptionTable.Sse.Expected}", Nearest.To(kind.Value.Text, OptionTable.Sse.Choices) is { } near ? $"did you mean {near}?" : $"leave it out for {OptionTable.Sse.Default}"));
            return wishes;
        }
        var key = OfKms(directory, OptionTable.SseKmsKey, kind, ref method);
        var context = OfKms(directory, OptionTable.SseKmsContext, kind, ref method);
        var bucketKey = Flag(directory, OptionTable.SseBucketKey) ? OfKms(directory, OptionTable.SseBucketKey, kind, ref method) : null;
        if (bucketKey is { } both && method == KmsTwice)
            _problems.Add(new($"{both.Place}: {KmsTwice} has no bucket keys", $"leave it out, or give {OptionTable.Sse.LongName} {Kms}"));
        if (key is { } id && ObjectRules.KmsKey(id.Text, id.Place) is { } problem)
            _problems.Add(problem);
        return wishes with
        {
            Encryption = method is "" or "none" ? null : method,
            KmsKey = key?.Text,
            KmsContext = context is { } pairs && Read(pairs, ',', "department=accounts,site=north") is { } read ? Context(read, pairs.Place) : null,
            BucketKey = bucketKey is not null,
        };
    }

    // What only KMS understands; where nothing else is named it means KMS. What is for all does not concern a directory that encrypts in another way.
    Wish? OfKms(in Given directory, Option option, Wish? kind, ref string method)
    {
        if (WishOf(directory, option) is not { } value)
            return null;
        if (method.Length == 0)
            method = Kms;
        if (method is Kms or KmsTwice)
            return value;
        if (!(kind!.Value.IsOwn && !value.IsOwn))
            _problems.Add(new($"{value.Place} is for {Kms}, but {kind.Value.Place} is {method}", $"leave one of them out, or give {OptionTable.Sse.LongName} {Kms}"));
        return null;
    }

    string? Context(List<(string Name, string Value)> pairs, string place)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var (name, value) in pairs)
            {
                if (pairs.Count(other => other.Name == name) > 1)
                {
                    _problems.Add(new($"{place}: {Problem.Quote(name)} is given twice", "give it once"));
                    return null;
                }
                json.WriteString(name, value);
            }
            json.WriteEndObject();
        }
        return Convert.ToBase64String(text.WrittenSpan);
    }

    List<(string, string)> Tags(in Given directory, string name)
    {
        if (WishOf(directory, OptionTable.Tags) is not { } value || Read(value, '&', "department=accounts&year={yyyy}") is not { } pairs)
            return [];
        if (Filled(pairs, name, value.Place) && ObjectRules.Tags(pairs, value.Place) is { } problem)
            _problems.Add(problem);
        return pairs;
    }

    List<(string, string)> Metadata(in Given directory, string name, bool facts)
    {
        if (WishOf(directory, OptionTable.Metadata) is not { } value || Read(value, ',', "origin={host},project=north") is not { } pairs)
            return [];
        for (var i = 0; i < pairs.Count; i++)
            pairs[i] = (pairs[i].Name.ToLowerInvariant(), pairs[i].Value);
        if (Filled(pairs, name, value.Place) && ObjectRules.Metadata(pairs, facts, value.Place) is { } problem)
            _problems.Add(problem);
        return pairs;
    }

    ObjectWishes Typed(in Given directory, ObjectWishes wishes)
    {
        var type = WishOf(directory, OptionTable.ContentType);
        var types = WishOf(directory, OptionTable.ContentTypes);
        var named = type is { } given && given.Text != ByExtension ? given : (Wish?)null;
        if (named is { } one && ObjectRules.ContentType(one.Text, one.Place) is { } problem)
            _problems.Add(problem);
        var known = named is null && (type is not null || types is not null);
        var byExtension = new Dictionary<string, string>(known ? Storage.ContentTypes.ByExtension : new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
        foreach (var (extension, own) in types is { } list ? Read(list, ',', ".csv=text/csv,.dat=application/x-scan") ?? [] : [])
        {
            if ((ObjectRules.Extension(extension, types!.Value.Place) ?? ObjectRules.ContentType(own, types.Value.Place)) is { } wrong)
                _problems.Add(wrong);
            byExtension[extension] = own;
        }
        return wishes with { ContentType = named?.Text ?? ObjectWishes.AnyType, ContentTypes = byExtension };
    }

    // Puts in what is the same for all files of the directory; false where a word is nobody's, which is said.
    bool Filled(List<(string Name, string Value)> pairs, string name, string place)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            var text = pairs[i].Value;
            if (UnknownWord(text) is { } word)
            {
                _problems.Add(new($"{place}: {{{word}}} stands for nothing", Nearest.To(word, Words) is { } near ? $"did you mean {{{near}}}?" : $"there are {string.Join(", ", Words.Select(known => $"{{{known}}}"))}"));
                return false;
            }
            pairs[i] = (pairs[i].Name, text.Replace("{root}", name, StringComparison.Ordinal).Replace("{host}", Environment.MachineName, StringComparison.Ordinal));
        }
        return true;
    }

    // Letters in braces; other braces are what they are.
    static string? UnknownWord(string text)
    {
        for (int start = text.IndexOf('{'), end; start >= 0 && (end = text.IndexOf('}', start)) >= 0; start = text.IndexOf('{', start + 1))
        {
            var word = text[(start + 1)..end];
            if (word.Length > 0 && word.All(char.IsAsciiLetter) && !Words.Contains(word))
                return word;
        }
        return null;
    }

    List<(string Name, string Value)>? Read(Wish value, char separator, string example)
    {
        if (Pairs.Read(value.Text, separator, out var wrong) is { } pairs)
            return pairs;
        _problems.Add(new($"{value.Place}: {Problem.Quote(wrong)} is not a name with a value", $"for example {example}{(separator == ',' ? "; in a name or value %2C is ','" : "")}"));
        return null;
    }

    string? Text(in Given directory, Option option, Func<string, string, Problem?> rule)
    {
        if (WishOf(directory, option) is not { } value)
            return null;
        if (rule(value.Text, value.Place) is { } problem)
            _problems.Add(problem);
        return value.Text;
    }

    bool Flag(in Given directory, Option option)
    {
        if (WishOf(directory, option) is not { } value)
            return false;
        if (!bool.TryParse(value.Text, out var flag))
            _problems.Add(new($"{value.Place}: {Problem.Quote(value.Text)} is not {option.Expected}", "give true or false, or leave it out"));
        return flag;
    }

    Wish? WishOf(in Given directory, Option option) =>
        directory.Own?[option] is { } own ? own.Length == 0 ? null : new(own, $"{option.JsonKey} of {directory.Place}", IsOwn: true)
        : _common.TryGetValue(option, out var given) ? new(given.Text, given.Place, IsOwn: false)
        : null;

    void Note(string note)
    {
        if (!_notes.Contains(note))
            _notes.Add(note);
    }

    /// <summary>A value that counts for one directory, and where it stands.</summary>
    readonly record struct Wish(string Text, string Place, bool IsOwn);
}
