using System.Globalization;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>What an audit of one object found.</summary>
enum Finding : byte
{
    /// <summary>The bucket has what the receipt says.</summary>
    Good,
    /// <summary>It has no such object.</summary>
    Missing,
    /// <summary>It has other content.</summary>
    Different,
    /// <summary>It could not be asked, or says nothing that could be compared.</summary>
    Unknown,
}

/// <summary>Compares a receipt with what the bucket says now. Pure.</summary>
static class Audit
{
    /// <summary>Judges the answer to HEAD.</summary>
    /// <param name="asked">The kind of checksum that was asked for: only of that kind is there one in the answer.</param>
    public static (Finding Finding, string What) Of(in LedgerEntry entry, in Reply reply, ChecksumKind asked)
    {
        var receipt = entry.Receipt;
        if (!reply.Ok)
        {
            return reply.Fault == Fault.NotThere ? (Finding.Missing, "there is no such object") : (Finding.Unknown, reply.Detail ?? "no answer");
        }
        if (entry.Size is { } size && reply.Size is { } there && there != size)
        {
            return (Finding.Different, string.Create(CultureInfo.InvariantCulture, $"it has {there} bytes where {size} were uploaded"));
        }
        if (receipt.Kind == asked && asked is not (ChecksumKind.Md5 or ChecksumKind.None) && !string.IsNullOrEmpty(reply.Checksum))
        {
            return reply.Checksum == receipt.Checksum ? (Finding.Good, "") : (Finding.Different, $"its {asked} is {reply.Checksum} where {receipt.Checksum} was uploaded");
        }
        // The ETag the server gave; where it gave none at the time, and it is an MD5, the one we computed.
        var etag = receipt.ETag.Length > 0 ? receipt.ETag : receipt.Kind == ChecksumKind.Md5 ? receipt.Checksum : "";
        return etag.Length == 0 || reply.ETag.Length == 0 ? (Finding.Unknown, "neither receipt nor bucket state anything that could be compared; --read compares the bytes")
            : EntityTag.AreSame(reply.ETag, etag) ? (Finding.Good, "")
            : (Finding.Different, $"its ETag is {reply.ETag} where {etag} was acknowledged");
    }

    /// <summary>Judges the bytes that were read back; <paramref name="whole"/> is their checksum as a receipt has it.</summary>
    public static (Finding Finding, string What) OfBytes(in LedgerEntry entry, string whole) =>
        whole == entry.Receipt.Checksum ? (Finding.Good, "") : (Finding.Different, $"the {entry.Receipt.Kind} of its bytes is {whole} where {entry.Receipt.Checksum} was uploaded");

    /// <summary>True if the key belongs to today's share of <paramref name="share"/> in <paramref name="of"/>: after so many days each key has had its turn.</summary>
    /// <param name="day">Counted from any beginning.</param>
    public static bool IsInShare(string key, int share, int of, long day)
    {
        // FNV-1a: the same on every machine and in every version. http://www.isthe.com/chongo/tech/comp/fnv/
        var hash = 14695981039346656037UL;
        foreach (var character in key)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }
        return (long)((hash >> 20) + (ulong)(day * share)) % of < share;
    }
}
