using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What an attempt was let through as, by the endpoint and by its bucket.</summary>
/// <param name="IsIn">False if its bucket rests: nothing is to be tried, and nothing given back.</param>
/// <param name="BucketProbe">The number of the attempt by which the bucket is probed; 0 for any other.</param>
readonly record struct Ticket(bool IsIn, Pass Pass, long BucketProbe);

/// <summary>What follows from an attempt for its file.</summary>
enum Consequence : byte
{
    /// <summary>What its outcome says.</summary>
    AsTold,
    /// <summary>It is to blame, and tried again later by itself.</summary>
    Blamed,
    /// <summary>It is not to blame, and tried again when the endpoint works, or its bucket. Meanwhile another one may find out.</summary>
    Waits,
    /// <summary>The run ends.</summary>
    Abandoned,
}

/// <summary>
/// The ways of a run: to the endpoint, and to each of its buckets. A fault that may be a file's or the endpoint's (a 500, a connection that breaks, a
/// signature that does not match) is a question, and a request that belongs to no file answers it at once (<see cref="Inquiry"/>): then either the endpoint
/// rests or the file is to blame, never both (invariant 8). Such requests also find out when the endpoint works again, so that no file is needed for it.
/// Any thread.
/// </summary>
sealed class Lanes(Lane lane, BucketRests rests, Slots slots, Inquiry inquiry)
{
    // A server that throttles answers so to every second request or so: a file is blamed only for what that does not explain.
    readonly Suspects suspects = new();

    /// <summary>Returns when an attempt on a file of this root may start.</summary>
    public async ValueTask<Ticket> EnterAsync(Root root, CancellationToken stop, CancellationToken abandon)
    {
        while (true)
        {
            var pass = await EnterAsync(root.Bucket, stop, abandon);
            var rest = rests.Of(root.Index);
            if (!rest.TryEnter(out var number))
            {
                lane.Abandon(pass);
                return default;
            }
            if (number == 0)
            {
                return new(true, pass, 0);
            }
            var reply = await inquiry.AskAsync(root.Bucket, abandon);
            if (Inquiry.IsWell(reply) && reply.Blame != Blame.Bucket)
            {
                return new(true, pass, number);
            }
            if (reply.Blame == Blame.Bucket)
            {
                lane.Abandon(pass);
                rest.Fault(number, reply.Detail ?? "", isWrong: true);
                return default;
            }
            rest.Abandon(number);
            Unanswered(pass, reply, abandon);
        }
    }

    /// <summary>Returns when a request may start, whatever the bucket is.</summary>
    public async ValueTask<Pass> EnterAsync(string bucket, CancellationToken stop, CancellationToken abandon)
    {
        while (true)
        {
            var pass = await lane.EnterAsync(stop);
            if (!pass.IsProbe)
            {
                return pass;
            }
            var reply = await inquiry.AskAsync(bucket, abandon);
            if (Inquiry.IsWell(reply))
            {
                return lane.Answered(pass);
            }
            Unanswered(pass, reply, abandon);
        }
    }

    /// <summary>The attempt has ended; what that means for its file. Completes at once for what is no question.</summary>
    /// <param name="isAside">True if the file failed before.</param>
    /// <param name="size">The file's, in bytes.</param>
    public ValueTask<Consequence> LeaveAsync(in Ticket ticket, Job job, in Outcome outcome, bool isAside, CancellationToken abandon)
    {
        var (pass, rest) = (ticket.Pass, rests.Of(job.Root.Index));
        if (outcome.Fault == Fault.Abandoned)
        {
            Abandon(ticket, job.Root);
            return new(Consequence.Abandoned);
        }
        if (outcome.Blame is Blame.None or Blame.File && outcome.Fault != Fault.Refused)
        {
            if (outcome.Reached || outcome.Fault != Fault.None)
            {
                rest.Open();
            }
            rest.Abandon(ticket.BucketProbe);
            if (outcome.Reached)
            {
                lane.Leave();
            }
            else
            {
                lane.Abandon(pass);
            }
            suspects.Forget(job.Root.Index, job.Path);
            return new(Consequence.AsTold);
        }
        var detail = outcome.Error ?? outcome.Fault.ToString();
        if (outcome.Blame == Blame.Here || (outcome.IsThrottled && !isAside))
        {
            rest.Abandon(ticket.BucketProbe);
            Busy(pass, job.Root.Index, detail, isOurs: outcome.Blame == Blame.Here);
            return new(suspects.Blame(job.Root.Index, job.Path, lane.Successes) ? Consequence.Blamed : Consequence.Waits);
        }
        return AskAsync(ticket, job, outcome, detail, isAside, abandon);
    }

    /// <summary>True if a fault that a request met which belongs to no upload is that request's own; else the endpoint rests. The pass is given back.</summary>
    /// <param name="root">The index of the root whose slot it had.</param>
    public async ValueTask<Consequence> LeaveAsync(Pass pass, int root, string bucket, Reply reply, CancellationToken abandon)
    {
        if (!reply.IsThrottled && reply.Blame != Blame.Here && Inquiry.IsWell(await inquiry.AskAsync(bucket, abandon)))
        {
            lane.Abandon(pass);
            return Consequence.Blamed;
        }
        if (abandon.IsCancellationRequested)
        {
            lane.Abandon(pass);
            return Consequence.Abandoned;
        }
        var detail = reply.Detail ?? reply.Fault.ToString();
        if (reply.IsThrottled || reply.Blame == Blame.Here)
        {
            Busy(pass, root, detail, isOurs: reply.Blame == Blame.Here);
        }
        else
        {
            lane.Fault(pass, detail);
        }
        return Consequence.Waits;
    }

    /// <summary>Gives a ticket back whose attempt says nothing.</summary>
    public void Abandon(in Ticket ticket, Root root)
    {
        rests.Of(root.Index).Abandon(ticket.BucketProbe);
        lane.Abandon(ticket.Pass);
    }

    /// <summary>
    /// It is too much at once: fewer from now on, which <see cref="Slots"/> sees to, is enough for a server that lets others through. One that lets nothing
    /// through rests, as it does after a limit of this process.
    /// </summary>
    void Busy(Pass pass, int root, string detail, bool isOurs)
    {
        if (isOurs || pass.IsProbe || slots.IsRefused(root))
        {
            lane.Fault(pass, detail, isOurs, needsFile: true);
        }
        else
        {
            lane.Abandon(pass);
        }
    }

    async ValueTask<Consequence> AskAsync(Ticket ticket, Job job, Outcome outcome, string detail, bool isAside, CancellationToken abandon)
    {
        var (pass, rest, size) = (ticket.Pass, rests.Of(job.Root.Index), job.Source?.Stamp.Size ?? 0);
        // What was under way when the endpoint failed, or the bucket, says nothing new.
        if (lane.IsClosed && !pass.IsProbe)
        {
            Abandon(ticket, job.Root);
            return Consequence.Waits;
        }
        var reply = await inquiry.AskAsync(job.Root.Bucket, abandon);
        if (reply.Fault == Fault.Abandoned)
        {
            Abandon(ticket, job.Root);
            return Consequence.Abandoned;
        }
        if (!Inquiry.IsWell(reply))
        {
            rest.Abandon(ticket.BucketProbe);
            lane.Fault(pass, detail);
            return Consequence.Waits;
        }
        if (reply.Blame == Blame.Bucket || (outcome.Blame == Blame.Bucket && !isAside))
        {
            // Of a bucket that is full a smaller file may know better.
            lane.Abandon(pass);
            rest.Fault(ticket.BucketProbe, detail, isWrong: reply.Blame == Blame.Bucket);
            return reply.Blame == Blame.Bucket ? Consequence.Waits : Consequence.Blamed;
        }
        if (isAside)
        {
            Abandon(ticket, job.Root);
            return Consequence.Blamed;
        }
        rest.Abandon(ticket.BucketProbe);
        return lane.Doubt(pass, size, detail) ? Consequence.Waits : Consequence.Blamed;
    }

    /// <summary>The endpoint did not answer what belongs to no file.</summary>
    void Unanswered(Pass pass, in Reply reply, CancellationToken abandon)
    {
        if (reply.Fault == Fault.Abandoned)
        {
            lane.Abandon(pass);
            abandon.ThrowIfCancellationRequested();
        }
        lane.Fault(pass, reply.Detail ?? reply.Fault.ToString(), isOurs: reply.Blame == Blame.Here);
    }
}
