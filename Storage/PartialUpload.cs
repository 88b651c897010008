using System.Collections.Generic;
using System.Text;

namespace S3Sync.Storage;

/// <summary>A part that the server has: what its bytes were, and what the server calls them.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Checksum">Of the bytes: <see cref="Digest.Base64"/>.</param>
/// <param name="ETag">As the server gave it; in older ledgers without quotes.</param>
readonly record struct StoredPart(long Length, string Checksum, string ETag);

/// <summary>
/// A multipart upload that was begun and is neither completed nor aborted, and the parts that are there: what a later attempt needs to go on with it.
/// Belongs to whoever has the file's job.
/// </summary>
/// <param name="Bucket">Where it goes.</param>
/// <param name="Key">The object's key.</param>
/// <param name="UploadId">The server's name of it.</param>
/// <param name="Kind">The checksum it was begun with.</param>
/// <param name="PartSize">Bytes of each part but the last.</param>
/// <param name="Headers">What the object gets besides its bytes, told when it was begun: <see cref="DigestOf"/>.</param>
sealed record PartialUpload(string Bucket, string Key, string UploadId, ChecksumKind Kind, int PartSize, long Headers)
{
    /// <summary>By their numbers, from 1.</summary>
    public Dictionary<int, StoredPart> Parts { get; init; } = [];

    /// <summary>How many attempts in a row were answered but not one part stored: some servers answer 500 for an upload that is gone.</summary>
    public int Fruitless { get; set; }

    /// <summary>Adds a part that the server has. Any thread, as parts are sent side by side.</summary>
    public void Add(int number, in StoredPart part)
    {
        lock (Parts)
        {
            Parts[number] = part;
        }
    }

    /// <summary>True if a part is there, whatever its bytes. Any thread.</summary>
    public bool Has(int number)
    {
        lock (Parts)
        {
            return Parts.ContainsKey(number);
        }
    }

    /// <summary>Finds a part that is there with exactly these bytes. Any thread.</summary>
    public bool TryFind(int number, in Digest digest, out StoredPart part)
    {
        lock (Parts)
        {
            return Parts.TryGetValue(number, out part) && part.Length == digest.Length && part.Checksum == digest.Base64;
        }
    }

    /// <summary>
    /// Forgets every part of which the server says something else, or nothing. A checksum it need not state: not
    /// all do. Of a part without quotes it takes the server's spelling: they may have been lost in an older ledger.
    /// </summary>
    public void KeepOnly(IReadOnlyDictionary<int, StoredPart> there)
    {
        lock (Parts)
        {
            foreach (var (number, part) in Parts)
            {
                if (!there.TryGetValue(number, out var listed) || listed.Length != part.Length
                    || !EntityTag.AreSame(listed.ETag, part.ETag)
                    || (listed.Checksum.Length > 0 && listed.Checksum != part.Checksum))
                {
                    Parts.Remove(number);
                }
                else if (!EntityTag.IsQuoted(part.ETag))
                {
                    Parts[number] = part with { ETag = listed.ETag };
                }
            }
        }
    }

    /// <summary>Another number for other headers.</summary>
    public static long DigestOf(ObjectHeaders? headers)
    {
        if (headers is null)
        {
            return 0;
        }
        var text = new StringBuilder(headers.ContentType);
        foreach (var header in headers.More)
        {
            text.Append('\n').Append(header.Name).Append(':').Append(header.Value);
        }
        return (long)Digest.Of(ChecksumKind.Crc64Nvme, Encoding.UTF8.GetBytes(text.ToString())).Crc;
    }
}
