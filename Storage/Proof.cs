namespace S3Sync.Storage;

/// <summary>What an answer proves of the bytes we read.</summary>
enum Verdict
{
    /// <summary>The server states the checksum of exactly these bytes.</summary>
    Proven,
    /// <summary>It states nothing that could prove them.</summary>
    Unproven,
    /// <summary>It states that it holds other bytes.</summary>
    Contradicted,
}

/// <summary>What HeadObject says of an uploaded file's object before the file is deleted.</summary>
enum Confirmation
{
    /// <summary>It is the object of the receipt.</summary>
    Same,
    /// <summary>It has another length.</summary>
    OtherSize,
    /// <summary>It is another object, or nothing the server states shows that it is the same.</summary>
    Other,
}

/// <summary>Compares what we read with what the server says it has (invariant 2). Pure.</summary>
static class Proof
{
    /// <summary>
    /// <paramref name="expected"/> is the whole object's checksum as S3 writes it; for MD5 the ETag it must have. A checksum nobody asked for
    /// proves nothing, as some servers echo nonsense for kinds they do not know. An ETag that differs contradicts nothing: with encryption
    /// by KMS, or on servers that number their objects, it never was an MD5.
    /// </summary>
    public static Verdict Of(ChecksumKind kind, string expected, in Reply reply) => kind switch
    {
        ChecksumKind.Md5 => EntityTag.AreSame(reply.ETag, expected) ? Verdict.Proven : Verdict.Unproven,
        _ when string.IsNullOrEmpty(reply.Checksum) => Verdict.Unproven,
        _ => reply.Checksum == expected ? Verdict.Proven : Verdict.Contradicted,
    };

    /// <summary>
    /// Compares an object with the receipt of an upload. A checksum decides where the server states one; else the ETag must be the recorded one, and the
    /// version, where both are known. A receipt without either (taken without proof) is compared by length alone. A length
    /// that the server does not state contradicts nothing.
    /// </summary>
    public static Confirmation Confirm(in Receipt receipt, long size, in Reply head)
    {
        if (head.Size is { } there && there != size)
        {
            return Confirmation.OtherSize;
        }
        var verdict = receipt.Kind == ChecksumKind.None ? Verdict.Unproven : Of(receipt.Kind, receipt.Checksum, head);
        if (verdict != Verdict.Unproven)
        {
            return verdict == Verdict.Proven ? Confirmation.Same : Confirmation.Other;
        }
        var sameVersion = receipt.VersionId is null || head.VersionId is null || receipt.VersionId == head.VersionId;
        var isKnown = receipt.ETag.Length > 0 || (receipt.Kind == ChecksumKind.None && head.Size is not null);
        return sameVersion && isKnown && EntityTag.AreSame(receipt.ETag, head.ETag) ? Confirmation.Same : Confirmation.Other;
    }
}
