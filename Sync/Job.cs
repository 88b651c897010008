using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// One file's turn in the pipeline: made by the ledger's thread, worked on by an uploader, then by the deleter.
/// Owned by one of them at a time; the channels and the inbox pass it on. It is the in-memory shadow of one row.
/// </summary>
sealed class Job(Root root, string path)
{
    // The one for all stamps, where there is no template.
    string? plainKey;

    public Root Root { get; } = root;

    /// <summary>Relative to the root, in the system's own separators.</summary>
    public string Path { get; } = path;

    /// <summary>True if it was found too late to be a part of a run with --once: see <see cref="Latecomers"/>.</summary>
    public bool IsLate { get; init; }

    /// <summary>What the row says. Written by the ledger's thread only.</summary>
    public Stage Stage { get; set; }

    /// <summary>Failures so far, since the last success of its stage.</summary>
    public int Attempts { get; set; }

    /// <summary>How often it was sent back to settle.</summary>
    public int Waits { get; set; }

    /// <summary>What was last seen of the file: before the upload the stamp it must keep to be quiet, after it the stamp that may be deleted.</summary>
    public Stamp Stamp { get; set; }

    /// <summary>True if it was renamed into place and nothing was seen of it since: its producer says that it is complete.</summary>
    public bool Moved { get; set; }

    /// <summary>It was reported found while it was in flight. Written by the ledger's thread only.</summary>
    public bool FoundMeanwhile { get; set; }

    /// <summary>The handle it was read through, held from the first byte to the deletion so that nobody can put another file in its place unseen; null after a restart.</summary>
    public SourceFile? Source { get; set; }

    /// <summary>The handle's, or the ledger's, proof: what to compare the bytes with if the file was touched since.</summary>
    public Receipt Receipt { get; set; }

    /// <summary>Where its object is; null before the upload.</summary>
    public ObjectAddress? Address { get; set; }

    /// <summary>When the bucket last proved that it has the object.</summary>
    public ProofTime Proof { get; set; }

    /// <summary>True if its address is not where the settings would put it now.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Why it was kept when its turn came last.</summary>
    public FailureCode Code { get; init; }

    /// <summary>The window it is in. Written by the ledger's thread only.</summary>
    public Window? In { get; set; }

    /// <summary>The volume the file was on when it was uploaded, where that is known although it is not open: <see cref="RootGuard.VolumeOf"/>.</summary>
    public ulong Volume { get; init; }

    /// <summary>What the server has of it, if it is large and an attempt was cut off; null for most.</summary>
    public PartialUpload? Partial { get; set; }

    /// <summary>True once it has ended and only its file is to be closed.</summary>
    public bool IsOver { get; set; }

    /// <summary>Who works on it, and calls its disk; null where nobody looks after the calls.</summary>
    public DiskWorker? Worker { get; set; }

    /// <summary>A call of its disk begins: see <see cref="DiskWorker.Begin"/>.</summary>
    public DiskCall Call() => Worker?.Begin(Root) ?? default;

    /// <summary>After calls that may have taken long: see <see cref="DiskWorker.ReturnAsync"/>.</summary>
    public ValueTask ReturnAsync(CancellationToken cancel) => Worker?.ReturnAsync(cancel) ?? default;

    // Asked for when it is opened, deleted and shown.
    public string FullPath => field ??= Root.FullPath(Path);

    /// <summary>The key it was uploaded to, where that does not follow from prefix and path; null before, and where it does.</summary>
    public string? OddKey { get; set; }

    /// <summary>The object's key: the one it was uploaded to, before that the one it will have as the file is now known; empty where the path has none.</summary>
    public string Key => Address?.Key ?? OddKey ?? KeyAt(Stamp);

    /// <summary>The object's bucket.</summary>
    public string Bucket => Address?.Bucket ?? Root.Bucket;

    /// <summary>The key it gets if the file is like this; empty where the path has none.</summary>
    public string KeyAt(in Stamp stamp) => Root.Template is null ? plainKey ??= MakeKey(stamp) : MakeKey(stamp);

    /// <summary>What the object gets besides the bytes of the file as it was then; null for nothing.</summary>
    public ObjectHeaders? HeadersAt(in Stamp stamp) => Root.Objects?.Of(FullPath, stamp.Modified, stamp.Size);

    /// <summary>Lets go of the file.</summary>
    public void Release()
    {
        Source?.Dispose();
        Source = null;
    }

    string MakeKey(in Stamp stamp)
    {
        Keys.Make(Root, Path, stamp.Modified, out var key);
        return key;
    }
}

/// <summary>How the file came to be seen.</summary>
enum FoundBy : byte { Notification, StartScan, OverflowScan, PeriodicScan, DirectoryScan }

/// <summary>
/// A message to the ledger's thread. A <see cref="Happening.Found"/> and a <see cref="Happening.Progressed"/> name a path; every other report returns the job it is about.
/// </summary>
readonly record struct Report(Happening Happening, Root Root, string Path, Job? Job = null)
{
    public FoundBy By { get; init; }

    /// <summary>With Found: only a sentinel is there, not the file. It concerns a file that was dealt with, and no other.</summary>
    public bool OnlyKnown { get; init; }

    /// <summary>With Found: what the kernel told of it last; Touched where it told nothing, as with what a scan finds.</summary>
    public Sign Sign { get; init; }

    /// <summary>With Found: too late to be a part of a run with --once.</summary>
    public bool IsLate { get; init; }

    /// <summary>True if it is counted as work under way. A note is not: its job is.</summary>
    public bool Counts => !IsLate && Note is null && Job is not { IsLate: true };

    /// <summary>With Proven and Unsettled: what the file was when it was read. With Found: when it was looked at, if it was.</summary>
    public Stamp Stamp { get; init; }

    /// <summary>With Proven: what the bucket acknowledged.</summary>
    public Receipt Receipt { get; init; }

    /// <summary>With Proven: the object was there already, with exactly these bytes.</summary>
    public bool Adopted { get; init; }

    /// <summary>With Proven: how long the last attempt took, from opening the file to the proof.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Why, for a person; null where there is nothing to say.</summary>
    public string? Error { get; init; }

    /// <summary>The server's own number of the request that failed; null where none was answered.</summary>
    public string? Request { get; init; }

    /// <summary>The error with the number of its request, which the owner of the bucket can look for in the server's log.</summary>
    public string Why => WithRequest(Error, Request);

    /// <summary>Why the file is kept, or the attempt failed.</summary>
    public FailureCode Code { get; init; }

    /// <summary>With Asked: what the operator wants of which files.</summary>
    public OperatorRequest? Wanted { get; init; }

    /// <summary>With Unsettled: the shortest time before it is tried again.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>With Unsettled: nothing is wrong with the file, its deletion or all of its directory is suspended; that may take long.</summary>
    public bool IsHeldBack { get; init; }

    /// <summary>
    /// With Unsettled: nothing is wrong with the file, it only lets another one try the endpoint, or waits for its bucket. Without an error nothing was tried.
    /// </summary>
    public bool StepsAside { get; init; }

    /// <summary>True if the job was not worked on, as its volume does not answer: its row stays as it is.</summary>
    public bool IsTurnedAway { get; init; }

    /// <summary>With Progressed: how far the multipart upload got.</summary>
    public UploadNote? Note { get; init; }

    /// <summary>An error with the number of its request, unless it names that itself.</summary>
    public static string WithRequest(string? error, string? request) =>
        request is null || (error ?? "").Contains(request, StringComparison.Ordinal) ? error ?? "" : $"{error}, request {request}";
}
