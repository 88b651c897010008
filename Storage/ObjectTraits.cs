using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace S3Sync.Storage;

/// <summary>
/// Makes of what the settings wish the headers of each object. What is the same for all is made once; only facts of the file and dated text cost
/// anything a file. Immutable; any thread.
/// </summary>
sealed class ObjectTraits
{
    /// <summary>Bytes of all names and values of metadata that S3 takes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html</summary>
    public const int MostMetadata = 2048;

    /// <summary>Bytes of mtime and source-size with their names, at most.</summary>
    public const int FactBytes = 64;

    /// <summary>The names of what <see cref="ObjectWishes.FileFacts"/> gives. The first is rclone's.</summary>
    public static readonly string[] Facts = ["mtime", "source-path", "source-size"];

    const string Metadata = "x-amz-meta-";

    readonly ObjectWishes wishes;
    // Without what differs from file to file.
    readonly ObjectHeaders rest;
    readonly Dictionary<string, ObjectHeaders> byExtension = new(StringComparer.OrdinalIgnoreCase);
    readonly bool datesTags;
    readonly List<(string Name, string Value)> dated;
    readonly int metadataBytes;

    public ObjectTraits(ObjectWishes wishes)
    {
        this.wishes = wishes;
        datesTags = wishes.Tags.Any(tag => DatedText.IsDated(tag.Value));
        dated = [.. wishes.Metadata.Where(pair => DatedText.IsDated(pair.Value))];
        metadataBytes = BytesOf(wishes.Metadata);
        var same = Same();
        rest = new(wishes.ContentType, same);
        foreach (var (extension, type) in wishes.ContentTypes)
        {
            byExtension[extension] = new(type, same);
        }
    }

    /// <summary>True if KMS encrypts: then an ETag proves nothing.</summary>
    public bool IsKms => wishes.IsKms;

    /// <summary>True if the server is told how to encrypt.</summary>
    public bool IsEncrypted => wishes.Encryption is not null;

    /// <summary>The headers of one file's object.</summary>
    /// <param name="path">The file's, absolute.</param>
    /// <param name="modified">When it was last written to: nanoseconds since 1970-01-01 UTC.</param>
    /// <param name="size">Its length in bytes.</param>
    public ObjectHeaders Of(string path, long modified, long size)
    {
        var headers = byExtension.Count > 0 && byExtension.TryGetValue(System.IO.Path.GetExtension(path), out var typed) ? typed : rest;
        if (!datesTags && dated.Count == 0 && !wishes.FileFacts)
        {
            return headers;
        }
        List<SignedHeader> more = [.. headers.More];
        var day = DateTime.UnixEpoch.AddTicks(modified / 100);
        if (datesTags)
        {
            more.Add(Tagging(day));
        }
        foreach (var (name, value) in dated)
        {
            more.Add(new(Metadata + name, HeaderText.Of(DatedText.On(value, day))));
        }
        if (wishes.FileFacts)
        {
            more.Add(new(Metadata + Facts[0], Seconds(modified)));
            more.Add(new(Metadata + Facts[2], size.ToString(CultureInfo.InvariantCulture)));
            var source = HeaderText.Of(path);
            // Rather an object without it than none.
            if (metadataBytes + FactBytes + Facts[1].Length + source.Length <= MostMetadata)
            {
                more.Add(new(Metadata + Facts[1], source));
            }
        }
        return new(headers.ContentType, [.. more]);
    }

    /// <summary>What S3 counts of metadata.</summary>
    public static int BytesOf(IEnumerable<(string Name, string Value)> metadata)
    {
        var bytes = 0;
        foreach (var (name, value) in metadata)
        {
            bytes += name.Length + HeaderText.Of(value).Length;
        }
        return bytes;
    }

    /// <summary>Nanoseconds as rclone writes a file's time: seconds since 1970, with as many digits behind the point as it takes. https://rclone.org/s3/#modification-times-and-hashes</summary>
    public static string Seconds(long nanoseconds)
    {
        var (sign, size) = nanoseconds < 0 ? ("-", (ulong)-(nanoseconds + 1) + 1) : ("", (ulong)nanoseconds);
        const ulong second = 1_000_000_000;
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{size / second}.{size % second:D9}").TrimEnd('0').TrimEnd('.');
    }

    SignedHeader[] Same()
    {
        List<SignedHeader> headers = [];
        Add("x-amz-storage-class", wishes.StorageClass);
        Add("x-amz-server-side-encryption", wishes.Encryption);
        Add("x-amz-server-side-encryption-aws-kms-key-id", wishes.KmsKey);
        Add("x-amz-server-side-encryption-context", wishes.KmsContext);
        Add("x-amz-server-side-encryption-bucket-key-enabled", wishes.BucketKey ? "true" : null);
        Add("x-amz-acl", wishes.Acl);
        Add("cache-control", wishes.CacheControl);
        if (wishes.Tags.Count > 0 && !datesTags)
        {
            headers.Add(Tagging(default));
        }
        foreach (var (name, value) in wishes.Metadata)
        {
            if (!DatedText.IsDated(value))
            {
                headers.Add(new(Metadata + name, HeaderText.Of(value)));
            }
        }
        return [.. headers];

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                headers.Add(new(name, value));
            }
        }
    }

    /// <summary>Encoded as a query: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html, x-amz-tagging.</summary>
    SignedHeader Tagging(DateTime day) =>
        new("x-amz-tagging", string.Join('&', wishes.Tags.Select(tag => $"{UriText.OfValue(tag.Name)}={UriText.OfValue(DatedText.On(tag.Value, day))}")));
}
