namespace S3Sync.Sync;

/// <summary>What one run did. Written by the ledger's thread only; read when it has ended, or as an estimate before.</summary>
sealed class Tally
{
    /// <summary>Names new to the ledger.</summary>
    public long Found { get; set; }

    /// <summary>Files proven to be in the bucket, adopted ones included.</summary>
    public long Uploaded { get; set; }

    /// <summary>Bytes of these files.</summary>
    public long Bytes { get; set; }

    /// <summary>Files whose object was there already with the same content.</summary>
    public long Adopted { get; set; }

    public long Deleted { get; set; }

    /// <summary>Files gone before they were uploaded.</summary>
    public long Vanished { get; set; }

    /// <summary>Names dealt with that are there again, and were left alone.</summary>
    public long Again { get; set; }

    /// <summary>Failed attempts.</summary>
    public long Failures { get; set; }
}
