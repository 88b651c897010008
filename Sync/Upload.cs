using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What an upload must know of the settings.</summary>
/// <param name="Quiet">How long a file must have been left alone; zero where the kernel's sign of completion is enough.</param>
/// <param name="PartSize">Bytes of a part; a file up to this long goes in one request.</param>
/// <param name="Unsure">The same where the system cannot tell whether somebody writes it.</param>
/// <param name="AcceptUnproven">Take an upload for done although the server proves nothing.</param>
readonly record struct UploadRules(TimeSpan Quiet, int PartSize, bool AcceptUnproven, TimeSpan Unsure = default)
{
    /// <summary>S3's limit. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html</summary>
    public const int MostParts = 10_000;

    /// <summary>The part size for a file of this length: the configured one, or as much more as 10,000 parts need.</summary>
    public int PartSizeOf(long size) => (int)Math.Max(PartSize, (size + MostParts - 1) / MostParts);
}

/// <summary>
/// One attempt on one file: open it, see that it is settled, send it, have it proven. Holds no state of its own;
/// all uploaders share one. On success the job holds the open file; the deleter needs it.
/// </summary>
sealed class Upload(IDisk disk, Bucket bucket, Buffers buffers, UploadRules rules, DirectoryPaces paces, Inbox inbox, TimeProvider clock, ILogger log)
{
    // S3's limit, same page.
    const long LargestObject = 5L << 40;
    // A tick of the system is waited out on the spot; a file whose volume has longer ones goes back into the ledger.
    static readonly TimeSpan ShortTick = TimeSpan.FromMilliseconds(50);

    // A wait up to this long is one of a run that ends when there is nothing left to do.
    static readonly TimeSpan LongWait = TimeSpan.FromMinutes(2);

    static readonly TimeSpan AwayDelay = TimeSpan.FromSeconds(5);

    // Ticks. Changed by any thread.
    long quietFor = rules.Quiet.Ticks, unsureFor = rules.Unsure.Ticks;

    readonly QuietTime quietTime = new(clock);
    readonly ObjectWriter writer = new(bucket, rules, clock, log);

    /// <summary>How long a file must have been left alone. Any thread.</summary>
    public TimeSpan Quiet
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref quietFor));
        set => Volatile.Write(ref quietFor, value.Ticks);
    }

    /// <summary>The same where the system cannot tell whether somebody writes it. Any thread.</summary>
    public TimeSpan Unsure
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref unsureFor));
        set => Volatile.Write(ref unsureFor, value.Ticks);
    }

    /// <summary>Says where the system cannot tell whether files are still being written.</summary>
    public Doubts Doubts { get; init; } = new(log);

    /// <summary>Knows what the watched directories are; null where nobody asks.</summary>
    public RootGuard? Places { get; init; }

    /// <summary>Knows which volumes fail.</summary>
    public VolumeFaults Faults { get; init; } = new([], clock, log);

    /// <summary>Keeps one volume from holding all buffers; null where there is one volume.</summary>
    public ReadShares? Shares { get; init; }

    /// <summary>Room for the parts of large files; null where nobody counts.</summary>
    public Slots? Slots { get; init; }

    /// <summary>True if no file is deleted soon after its upload: then none stays open for that.</summary>
    public bool LetsGo { get; init; }

    public async Task<Outcome> TryAsync(Job job, CancellationToken abandon)
    {
        // Its length is the same for all times.
        var key = job.KeyAt(default);
        if (key.Length == 0)
        {
            return new(Happening.Hopeless, "its key would be longer than the 1,024 bytes that S3 allows") { Code = FailureCode.KeyTooLong };
        }
        try
        {
            if (Open(job) is { } refused)
            {
                return refused;
            }
            await job.ReturnAsync(abandon);
            var file = job.Source!;
            if (file.Stamp.Size > LargestObject)
            {
                return new(Happening.Hopeless, "it is larger than the 5 TiB that S3 allows") { Code = FailureCode.TooLarge };
            }
            if (job.Root.Template is not null)
            {
                // The file is open: what its time makes of the key is what is proven below, and recorded with the proof.
                job.OddKey = key = job.KeyAt(file.Stamp);
            }
            if (await TickAsync(job, file, abandon) is { } racy)
            {
                return racy;
            }
            FailPoint.Reach("file.opened");
            var outcome = file.Stamp.Size <= rules.PartSize
                ? await SmallAsync(job, key, file, abandon)
                : await LargeAsync(job, key, file, abandon);
            job.Proof = ProofTime.Now(clock);
            // The proof is of the bytes as they were read; it holds for the file only if it is still the same (invariant 2).
            return outcome.Happening == Happening.Proven && HasChanged(job, file) ? Changed(job, file) with { Reached = true } : outcome;
        }
        catch (VolumeSilentException)
        {
            return Outcome.TurnedAway;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return NotRead(job, SystemError.CodeOf(e), $"cannot read it: {SystemError.Of(e)}");
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            return new(Happening.Failed) { Fault = Fault.Abandoned };
        }
    }

    /// <summary>Opens the file for the job; not null where that is not to be, or not yet.</summary>
    Outcome? Open(Job job)
    {
        using var call = job.Call();
        if (Places?.WhyNotUpload(job.Root) is { } unmarked)
        {
            return Outcome.Unsettled(default, AwayDelay, unmarked) with { IsHeldBack = true };
        }
        if (Faults.WhyNot(job.Root.Index, deleting: false, 0, acts: true) is { } fails)
        {
            return Outcome.Unsettled(default, VolumeFaults.Turn, fails) with { IsHeldBack = true };
        }
        FailPoint.Reach("upload.begun");
        var opened = disk.Open(job.FullPath, out var file);
        if (file is null)
        {
            return NotOpened(job, opened);
        }
        job.Source = file;
        // It was there when the file was found, unless that was before anybody asked for it.
        if (job.Root.Filter.Sentinel is { } sentinel && !disk.Look(job.FullPath + sentinel, out _).Ok)
        {
            return Outcome.Unsettled(default, AwayDelay, $"it waits for {Shown.Name(Path.GetFileName(job.Path) + sentinel)}") with { IsHeldBack = true };
        }
        return Settled(job, file);
    }

    /// <summary>True if the file is no longer as it was opened. Where nothing will be deleted it is closed.</summary>
    bool HasChanged(Job job, SourceFile file)
    {
        using var call = job.Call();
        var isChanged = !file.Unchanged();
        if (LetsGo)
        {
            job.Release();
        }
        return isChanged;
    }

    /// <summary>
    /// Waits until a later change of the file is sure to show in its stamp: what is written until then is read, what is written later shows.
    /// Not null where that takes long.
    /// </summary>
    async ValueTask<Outcome?> TickAsync(Job job, SourceFile file, CancellationToken abandon)
    {
        TimeSpan untold;
        using (job.Call())
        {
            untold = quietTime.UntilTold(file);
        }
        if (untold > ShortTick)
        {
            return Outcome.Unsettled(file.Stamp, untold, "a change within the same tick of its file system's clock would not show");
        }
        if (untold > TimeSpan.Zero)
        {
            await Task.Delay(untold, clock, abandon);
        }
        return null;
    }

    /// <summary>A file of at most one part: read whole, digested, sent in one request.</summary>
    async Task<Outcome> SmallAsync(Job job, string key, SourceFile file, CancellationToken abandon)
    {
        var length = (int)file.Stamp.Size;
        if (paces.IsLimited(job.Root))
        {
            await PaceAsync(job.Root, length, abandon);
        }
        var buffer = await buffers.RentAsync(length, abandon);
        try
        {
            if (!await FileReader.TryReadAsync(job, file, buffer.Memory, 0, Shares, andUnchanged: true, abandon))
            {
                return Changed(job, file);
            }
            Faults.Worked(job.Root, job.Path, deleting: false, 0);
            FailPoint.Reach("file.read");
            return await writer.PutAsync(job, key, file.Stamp, buffer.Memory, abandon);
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    /// <summary>Waits until so many bytes of the directory may be sent, and leaves the slot to others meanwhile.</summary>
    async Task PaceAsync(Root root, int length, CancellationToken abandon)
    {
        Slots?.Give(root.Index);
        await paces.WaitAsync(root, length, abandon);
        if (Slots is not null)
        {
            await Slots.TakeAsync(root.Index, abandon);
        }
    }

    async Task<Outcome> LargeAsync(Job job, string key, SourceFile file, CancellationToken abandon)
    {
        var partSize = rules.PartSizeOf(file.Stamp.Size);
        if (partSize > buffers.Largest)
        {
            return new(Happening.Hopeless, $"it needs parts of {(partSize >> 20) + 1} MB, as S3 takes 10,000 of them: raise --buffer-memory to twice that")
            {
                Code = FailureCode.TooLarge,
            };
        }
        var reader = new PartReader(file, bucket.Checksum, buffers, partSize)
        {
            Job = job,
            Shares = Shares,
            HasRead = () => Faults.Worked(job.Root, job.Path, deleting: false, 0),
        };
        return await new MultipartUpload(bucket, writer, reader, paces, Slots, job, key, inbox, log).RunAsync(abandon) is { } outcome
            ? outcome
            : Changed(job, file);
    }

    /// <summary>Null if the file has been quiet long enough.</summary>
    Outcome? Settled(Job job, SourceFile file)
    {
        var doubt = file.Doubt;
        // A sentinel, or a rename into place, is the producer's own word.
        var isUnsure = doubt is not null && !job.Moved && job.Root.Filter.Sentinel is null;
        var quiet = isUnsure && Unsure > Quiet ? Unsure : Quiet;
        if (isUnsure)
        {
            Doubts.Say(job.Root, doubt, quiet);
        }
        // Times in the future say nothing (another machine's clock): then it must stay the same while we watch.
        var age = quiet == TimeSpan.Zero ? quiet : quietTime.Of(file.Stamp) ?? (job.Stamp == file.Stamp ? quiet : TimeSpan.Zero);
        if (age < quiet)
        {
            return Outcome.Unsettled(file.Stamp, quiet - age, isUnsure ? Unsettled(quiet, doubt!) : "it was written a moment ago",
                isUnsure ? FailureCode.WriterUnknown : FailureCode.NotSettled)
                with { IsHeldBack = quiet - age > LongWait };
        }
        return doubt is not null && file.HasVisibleWriter() ? Outcome.Unsettled(file.Stamp, default, "somebody has it open for writing, or locked") : null;
    }

    static string Unsettled(TimeSpan quiet, Doubt doubt) =>
        $"{Doubt.Start} ({doubt.Why}): it is taken once unchanged for {Shown.Time(quiet)}";

    Outcome Changed(Job job, SourceFile file)
    {
        job.Moved = false;
        return Outcome.Unsettled(file.Stamp, Quiet, "it changed while it was read");
    }

    Outcome NotRead(Job job, int error, string why) => Faults.Met(job.Root, job.Path, error, deleting: false, 0) is { } fails
        ? Outcome.Unsettled(default, VolumeFaults.Turn, fails) with { IsHeldBack = true }
        : new(Happening.Failed, why) { Code = FailureCode.NotReadable };

    Outcome NotOpened(Job job, AccessResult result) => result.Access switch
    {
        // Not the file is gone but the whole directory: a share, or a disk that was taken away, may come back.
        Access.Missing when disk.Look(job.Root.Path, out _).Access == Access.Missing => Outcome.Unsettled(default, AwayDelay, "its watched directory is out of reach"),
        Access.Missing when Places?.WhyNot(job.Root.Index, afresh: true) is { } elsewhere => Outcome.Unsettled(default, AwayDelay, elsewhere) with { IsHeldBack = true },
        Access.Missing => new(Happening.Gone),
        Access.NotRegular => new(Happening.Gone, "it is no regular file any more"),
        Access.Busy => Outcome.Unsettled(default, default, "somebody is writing it"),
        Access.Denied => new(Happening.Failed, Platform.Explain(result.Error).As("no permission to read it")) { Code = FailureCode.NotReadable },
        Access.Elsewhere => new(Happening.Hopeless, "its content is not on this machine (offline or in the cloud)") { Code = FailureCode.Offline },
        _ when Limits.Of(result.Error) is { } limit => new(Happening.Failed, $"{limit.What}: {limit.Hint}") { Fault = Fault.Exhausted },
        _ => NotRead(job, result.Error, $"cannot open it: {result.Why}"),
    };
}
