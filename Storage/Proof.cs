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
        ChecksumKind.Md5 => reply.ETag == expected ? Verdict.Proven : Verdict.Unproven,
        _ when string.IsNullOrEmpty(reply.Checksum) => Verdict.Unproven,
        _ => reply.Checksum == expected ? Verdict.Proven : Verdict.Contradicted,
    };
}
