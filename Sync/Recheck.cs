using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Asks the bucket whether it still has what was uploaded, before a deletion whose proof is old (invariant 9). Several loops run side by side; they share
/// the lane and the slots with the uploads, so that a request here counts against the endpoint like any other.
/// </summary>
sealed class Recheck
{
    /// <summary>How many loops there are at most. A line with 40 ms to the bucket confirms 800 files a second with so many.</summary>
    public const int MostLoops = 32;

    // A store of earlier settings has no lane of its own: so long until it is asked again for a file.
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    readonly Slots slots;
    readonly Lane lane;
    readonly Lanes lanes;
    readonly BucketStores stores;
    readonly IDisk disk;
    readonly DeletionReports reports;
    readonly Sentinels sentinels;
    readonly Inbox inbox;
    readonly Volumes volumes;
    readonly TimeProvider clock;
    readonly Crew crew;
    readonly CancellationToken stop, abandon;

    /// <param name="guard">Runs a loop, and takes note of what it cannot go on after.</param>
    /// <param name="stop">Then nothing new starts.</param>
    /// <param name="abandon">Cuts off what is in flight. Rows not reported stay due.</param>
    public Recheck(
        Window window, Slots slots, Lane lane, Lanes lanes, BucketStores stores, IDisk disk, DeletionReports reports, Sentinels sentinels, Inbox inbox,
        Volumes volumes, TimeProvider clock, Func<Task, Task> guard, CancellationToken stop, CancellationToken abandon)
    {
        (this.slots, this.lane, this.lanes, this.stores, this.disk, this.reports, this.sentinels) = (slots, lane, lanes, stores, disk, reports, sentinels);
        (this.inbox, this.volumes, this.clock, this.stop, this.abandon) = (inbox, volumes, clock, stop, abandon);
        crew = new(window, slots, bucket => Math.Min(slots.LimitOf(bucket), MostLoops), volumes,
            job => inbox.PostResult(new(Happening.Unsettled, job.Root, job.Path, job) { Stamp = job.Stamp, Delay = Pause, StepsAside = true }),
            job => guard(RunAsync(job)), stop, abandon);
    }

    /// <summary>The loops that may not have ended.</summary>
    public Task[] Loops => crew.Loops;

    async Task RunAsync(Job first)
    {
        var present = first;
        await crew.WorkAsync(first, volumes.Add(isPooled: true, isAwaited: true, () => crew.Feed.Leave(present)), async job =>
        {
            present = job;
            if (await ReportAsync(job) is { } some)
            {
                inbox.PostResult(some);
            }
        });
    }

    async ValueTask<Report?> ReportAsync(Job job)
    {
        try
        {
            return WhyNotAsk(job) ?? await AskAsync(job);
        }
        catch (VolumeSilentException)
        {
            return new Report(Happening.Unsettled, job.Root, job.Path, job) { IsTurnedAway = true };
        }
    }

    /// <summary>What to report without a request; null if the bucket is to be asked.</summary>
    Report? WhyNotAsk(Job job)
    {
        using var call = job.Call();
        // What waits here for an answer waits without its handle.
        job.Release();
        if (reports.WhyHeld(job) is { } held)
        {
            return held;
        }
        if (job is { IsElsewhere: true, Code: not FailureCode.Released })
        {
            return Unconfirmed(job, FailureCode.OtherAddress, $"it was uploaded to {Shown.Address(job.Address!.Value)}, which is not where the settings put it now", null);
        }
        var looked = disk.Look(job.FullPath, out _);
        if (looked.Ok)
        {
            return null;
        }
        var report = reports.Of(job, looked);
        if (report.Happening == Happening.Gone)
        {
            sentinels.Remove(job, isFresh: true);
        }
        return report;
    }

    /// <summary>Asks; null where the run ends meanwhile.</summary>
    async ValueTask<Report?> AskAsync(Job job)
    {
        var address = job.Address!.Value;
        if (address.Endpoint == stores.Present.Endpoint)
        {
            await slots.TakeAsync(job.Root.Index, stop);
            Pass pass;
            ProofTime asked;
            Reply found;
            try
            {
                pass = await lanes.EnterAsync(address.Bucket, stop, abandon);
                // Before the request: the answer may be on its way for minutes.
                asked = ProofTime.Now(clock);
                var begun = Stopwatch.GetTimestamp();
                found = await stores.Present.FindAsync(address.Bucket, address.Key, job.Receipt.Kind, abandon);
                slots.Note(job.Root.Index, found, begun);
            }
            finally
            {
                slots.Give(job.Root.Index);
            }
            return await LeaveAsync(pass, job, asked, found);
        }
        var (other, why) = await stores.OfAsync(address.Endpoint, abandon);
        var since = ProofTime.Now(clock);
        var head = other is null ? new(Fault.Refused, why) : await other.FindAsync(address.Bucket, address.Key, job.Receipt.Kind, abandon);
        return head.Fault == Fault.Abandoned ? null : head.IsEndpoint ? CannotAsk(job, head, Pause) : Judge(job, since, head);
    }

    async ValueTask<Report?> LeaveAsync(Pass pass, Job job, ProofTime asked, Reply head)
    {
        if (head.Fault == Fault.Abandoned)
        {
            lane.Abandon(pass);
            return null;
        }
        // One of several buckets may be wrong: the others must not wait for it.
        if (head.IsEndpoint && head.Fault != Fault.NoBucket)
        {
            return await lanes.LeaveAsync(pass, job.Root.Index, job.Address!.Value.Bucket, head, abandon) switch
            {
                Consequence.Abandoned => null,
                // This object's own fault: tried again as often as a file is that fails.
                Consequence.Blamed => CannotAsk(job, head, TimeSpan.Zero) with { Happening = Happening.Failed },
                _ => CannotAsk(job, head, Retry.AfterEndpointFault(1, 0)),
            };
        }
        if (head.Ok || head.Fault == Fault.NotThere)
        {
            lane.Leave();
        }
        else
        {
            lane.Abandon(pass);
        }
        return Judge(job, asked, head);
    }

    static Report CannotAsk(Job job, in Reply head, TimeSpan pause) => new(Happening.Unsettled, job.Root, job.Path, job)
    {
        Stamp = job.Stamp,
        Error = $"the bucket cannot be asked whether it still has it: {head.Detail}",
        Delay = pause,
        Request = head.Request,
    };

    static Report Judge(Job job, in ProofTime asked, in Reply head)
    {
        var confirmation = head.Ok ? Proof.Confirm(job.Receipt, job.Stamp.Size, head) : default;
        switch (head.Fault)
        {
            case Fault.None when confirmation == Confirmation.Same:
                job.Proof = asked;
                return new(Happening.Confirmed, job.Root, job.Path, job) { Stamp = job.Stamp };
            case Fault.None:
                return Unconfirmed(job, FailureCode.ObjectDiffers, confirmation == Confirmation.OtherSize
                    ? $"{Shown.Address(job.Address!.Value)} has {head.Size} bytes by now, the file had {job.Stamp.Size}"
                    : $"nothing proves any more that {Shown.Address(job.Address!.Value)} has the file's bytes", head.Request);
            case Fault.NotThere:
                return Unconfirmed(job, FailureCode.ObjectMissing, $"{Shown.Address(job.Address!.Value)} is no longer there", head.Request);
            default:
                return Unconfirmed(job, FailureCode.Unverifiable, $"{Shown.Address(job.Address!.Value)} cannot be asked for: {head.Detail}"
                    + (head.Fault == Fault.Refused ? "; allow s3:GetObject and s3:ListBucket" : ""), head.Request);
        }
    }

    static Report Unconfirmed(Job job, FailureCode code, string error, string? request) =>
        new(Happening.Unconfirmed, job.Root, job.Path, job) { Stamp = job.Stamp, Code = code, Error = error, Request = request };
}
