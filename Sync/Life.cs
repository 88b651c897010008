namespace S3Sync.Sync;

/// <summary>Where a file stands. Derived from the dates of its row in the ledger, never stored, so that it cannot disagree with them.</summary>
enum Stage : byte
{
    /// <summary>The ledger has no such name.</summary>
    Unknown,
    /// <summary>Found; to be uploaded.</summary>
    Pending,
    /// <summary>Proven to be in the bucket, and that is committed; to be deleted here.</summary>
    Uploaded,
    /// <summary>In the bucket and deleted here by s3sync: finished.</summary>
    Deleted,
    /// <summary>Gone before it was uploaded: finished, and said.</summary>
    Vanished,
    /// <summary>In the bucket, but the name now belongs to another file, which is left alone: finished.</summary>
    Left,
    /// <summary>In the bucket and missing here, although s3sync did not delete it: somebody did, or its volume is away. It may return.</summary>
    Missing,
}

/// <summary>What is reported to the ledger of one file.</summary>
enum Happening : byte
{
    /// <summary>The watcher or the scanner saw it.</summary>
    Found,
    /// <summary>The bucket acknowledged a checksum of exactly the bytes that were read.</summary>
    Proven,
    /// <summary>Somebody still writes it, or it changed while it was read: it has to settle. Nobody's fault.</summary>
    Unsettled,
    /// <summary>An attempt failed for a reason of this file's own.</summary>
    Failed,
    /// <summary>It cannot be uploaded (or proven) until a person or time changes something: other content under its key, a key that is too long.</summary>
    Hopeless,
    /// <summary>There is no such file any more.</summary>
    Gone,
    /// <summary>It was deleted by us.</summary>
    Removed,
    /// <summary>Under its name is not what was uploaded.</summary>
    Different,
    /// <summary>A multipart upload got further, or no further: changes what the next attempt sends, nothing else.</summary>
    Progressed,
    /// <summary>A person wants it tried again now: changes when, not what.</summary>
    Asked,
    /// <summary>The bucket was asked, and still has exactly what was uploaded.</summary>
    Confirmed,
    /// <summary>The bucket was asked and does not confirm the object, or the settings name another address: see <see cref="Storage.FailureCode"/>.</summary>
    Unconfirmed,
    /// <summary>The deletion did not begin: the proof grew old while it waited, or there is room enough by now.</summary>
    Postponed,
}

/// <summary>What a happening obliges us to, once it is committed.</summary>
enum Duty : byte
{
    /// <summary>Nothing: a duplicate or late report, or the end of a life.</summary>
    None,
    Upload,
    /// <summary>Delete the file: the proof is fresh.</summary>
    Delete,
    /// <summary>Ask the bucket for the object; only what it confirms is deleted.</summary>
    Confirm,
    /// <summary>Keep the file: nothing is to be done until the settings or its room say so.</summary>
    Keep,
    /// <summary>Try the same again soon; it does not count as a failure.</summary>
    Wait,
    /// <summary>Try the same again later; after some failures the file is parked.</summary>
    Retry,
    /// <summary>Park it at once: a long delay, and a person is told.</summary>
    Park,
    /// <summary>A name that was dealt with was seen: look whether it is there now, as the report may be older than our deletion.</summary>
    Look,
    /// <summary>A name that was dealt with came again: leave the file, say so once.</summary>
    Ignore,
}

/// <summary>What the settings say of files that are in the bucket.</summary>
enum Keeping : byte
{
    /// <summary>They are deleted at once.</summary>
    None,
    /// <summary>They stay for a time (--keep-for), or until their room is needed (--keep-free).</summary>
    ForAWhile,
    /// <summary>They stay (--keep).</summary>
    Always,
}

/// <summary>
/// The life of a file, whole: what each happening makes of each stage. Pure; no clock, no disk, no network.
/// Whatever is not listed changes nothing, so a report may come late or twice.
/// </summary>
static class Life
{
    public static (Stage Stage, Duty Duty) Next(Stage stage, Happening happening, Keeping keeping = Keeping.None) => (stage, happening) switch
    {
        (Stage.Unknown, Happening.Found) => (Stage.Pending, Duty.Upload),

        (Stage.Pending, Happening.Proven) => (Stage.Uploaded, keeping == Keeping.None ? Duty.Delete : Duty.Keep),
        (Stage.Pending, Happening.Unsettled) => (Stage.Pending, Duty.Wait),
        (Stage.Pending, Happening.Failed) => (Stage.Pending, Duty.Retry),
        (Stage.Pending, Happening.Hopeless) => (Stage.Pending, Duty.Park),
        (Stage.Pending, Happening.Gone) => (Stage.Vanished, Duty.None),

        // The file was kept or could not be deleted, and is still there. By now its proof may be old (invariant 9).
        (Stage.Uploaded, Happening.Found) => (Stage.Uploaded, keeping == Keeping.Always ? Duty.Keep : Duty.Confirm),
        (Stage.Uploaded, Happening.Postponed) => (Stage.Uploaded, Duty.Confirm),
        (Stage.Uploaded, Happening.Confirmed) => (Stage.Uploaded, keeping == Keeping.Always ? Duty.Keep : Duty.Delete),
        (Stage.Uploaded, Happening.Unconfirmed) => (Stage.Uploaded, Duty.Park),
        (Stage.Uploaded, Happening.Removed) => (Stage.Deleted, Duty.None),
        // Not our deletion: it may be on a volume that is away.
        (Stage.Uploaded, Happening.Gone) => (Stage.Missing, Duty.None),
        (Stage.Uploaded, Happening.Unsettled) => (Stage.Uploaded, Duty.Wait),
        (Stage.Uploaded, Happening.Failed) => (Stage.Uploaded, Duty.Retry),
        (Stage.Uploaded, Happening.Different) => (Stage.Left, Duty.Ignore),

        (Stage.Missing, Happening.Found) => (Stage.Uploaded, keeping == Keeping.Always ? Duty.Keep : Duty.Confirm),

        (Stage.Deleted, Happening.Found) => (Stage.Deleted, Duty.Look),
        (Stage.Deleted, Happening.Different) => (Stage.Deleted, Duty.Ignore),
        // It was never uploaded, so the name was not dealt with: nothing may be forgotten.
        (Stage.Vanished, Happening.Found) => (Stage.Pending, Duty.Upload),

        _ => (stage, Duty.None),
    };
}
