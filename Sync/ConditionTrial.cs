using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Decides about keys of one bucket that this account may not look at: they may be written to only
/// where the server itself keeps the write from replacing something. Where that is not known, it is
/// tried on an object of our own. One tries at a time; the others wait for what it learns. Any thread.
/// </summary>
sealed class ConditionTrial(Bucket bucket, string name, TimeProvider clock, ILogger log)
{
    const string MayNotLook = "this account may not look whether the key exists, and ";
    const string Unprotected = "the server does not keep a write from replacing it";
    const string Allow = ": allow s3:GetObject and s3:ListBucket";
    const string Unseen = MayNotLook + Unprotected + Allow;
    const string Careful = ": every key is looked at before it is written, "
        + "but a write by somebody else in that instant would be overwritten";

    static readonly byte[] First = "s3sync tries whether it can replace this object, and removes it\n"u8.ToArray();
    static readonly byte[] Other = "s3sync: this server replaces objects in spite of If-None-Match\n"u8.ToArray();

    // A trial that failed is not repeated for each of the files that wait for it.
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    // Where the account may not delete, each leaves an object behind.
    static readonly TimeSpan LongPause = TimeSpan.FromMinutes(15);

    // Owned by who tries.
    Failure? failure;
    TrialObject? left;
    int tries;

    /// <summary>The bucket's name.</summary>
    public string Name => name;

    /// <summary>What is known of the bucket.</summary>
    public Conditions Conditions { get; } = bucket.NewConditions();

    /// <summary>
    /// Null where a key that cannot be seen may be written to, under the condition; else what to make of
    /// its file.
    /// </summary>
    /// <param name="head">What the server answered to the look.</param>
    /// <param name="completing">True where CompleteMultipartUpload shall write.</param>
    public async Task<Outcome?> PermitAsync(
        Root root, string key, Reply head, bool completing, CancellationToken abandon)
    {
        if (Conditions.Of(completing) == Conditions.State.Unknown)
        {
            if (await LearnAsync(root, completing, abandon) is { } untried)
            {
                return untried;
            }
        }
        // Tried again some times before it is parked.
        return !Conditions.MustLook(completing) ? null
            : head.Fault == Fault.Rejected ? Outcome.Of(head) with { Reached = true }
            : new Outcome(Happening.Failed, Unseen) { Reached = true, Code = FailureCode.Unseen, Request = head.Request };
    }

    /// <summary>Records what was learned, and says it where a person should know.</summary>
    public void Learn(Conditions.State learned, bool completing = false)
    {
        if (!Conditions.Learn(learned, completing) || completing)
        {
            return;
        }
        switch (learned)
        {
            case Conditions.State.Ignored:
                log.Caution("the server ignores If-None-Match" + Careful);
                break;
            case Conditions.State.Refused:
                log.Caution("the server does not know If-None-Match (501)" + Careful);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// What an answer to a write under the condition, to a key that exists, says of the server; Unknown
    /// where it says nothing.
    /// </summary>
    public static Conditions.State Read(in Reply answer) => answer.Fault switch
    {
        Fault.Exists => Conditions.State.Honoured,
        Fault.None => Conditions.State.Ignored,
        Fault.NoConditions => Conditions.State.Refused,
        _ => Conditions.State.Unknown,
    };

    /// <summary>Null once it is known, by our own trial or another's; else why the file must wait.</summary>
    async Task<Outcome?> LearnAsync(Root root, bool completing, CancellationToken abandon)
    {
        var before = Volatile.Read(ref tries);
        await Conditions.BeginTryAsync(abandon);
        try
        {
            if (Conditions.Of(completing) != Conditions.State.Unknown)
            {
                return null;
            }
            if (failure is { } known && known.Root == root.Index && known.Completing == completing
                && (before != tries || clock.GetElapsedTime(known.Since) < known.Pause))
            {
                return known.Outcome;
            }
            var reply = await TryAsync(root, completing, abandon);
            tries++;
            if (Conditions.Of(completing) != Conditions.State.Unknown)
            {
                return null;
            }
            var outcome = OutcomeOf(reply);
            // Of faults of the endpoint the lane takes care.
            var isOfEndpoint = outcome.IsEndpoint || outcome.Fault == Fault.Abandoned;
            var lasting = left is null ? Pause : LongPause;
            var pause = isOfEndpoint ? TimeSpan.Zero : lasting;
            failure = new(root.Index, completing, outcome, clock.GetTimestamp(), pause);
            return outcome;
        }
        finally
        {
            Conditions.EndTry();
        }
    }

    /// <summary>One trial and its removal. The last reply says why nothing was learned, if so.</summary>
    async Task<Reply> TryAsync(Root root, bool completing, CancellationToken abandon)
    {
        if (left is { } former && await former.RemoveAsync() is { Ok: false } still && still.Fault != Fault.Refused)
        {
            return still;
        }
        left = null;
        var headers = root.Objects?.Of(root.FullPath(".s3sync-probe"), 0, First.Length);
        var trial = new TrialObject(bucket, name, TrialObject.KeyOf(root, "probe"), headers);
        try
        {
            return await TryAsync(trial, completing, abandon);
        }
        finally
        {
            if (await trial.RemoveAsync() is { Ok: false } removed)
            {
                left = trial;
                log.Caution($"{trial.Place} was written to see whether the server replaces objects; "
                    + $"it could not be removed and may be deleted by hand: {removed.Detail}");
            }
        }
    }

    async Task<Reply> TryAsync(TrialObject trial, bool completing, CancellationToken abandon)
    {
        var reply = await trial.WriteAsync(First, onlyIfNew: true, abandon);
        if (reply.Fault == Fault.NoConditions)
        {
            Learn(Conditions.State.Refused);
            reply = completing ? await trial.WriteAsync(First, onlyIfNew: false, abandon) : reply;
        }
        if (!reply.Ok)
        {
            return reply;
        }
        if (Conditions.Now == Conditions.State.Unknown)
        {
            // Other bytes, as it would be if it mattered.
            reply = await trial.WriteAsync(Other, onlyIfNew: true, abandon);
            if (Read(reply) is var learned and not Conditions.State.Unknown)
            {
                Learn(learned);
            }
        }
        if (!completing || Conditions.Now == Conditions.State.Unknown)
        {
            return reply;
        }
        var (completed, last) = await trial.CompleteAsync(Other, abandon);
        if (completed is { } answer && Read(answer) is var state and not Conditions.State.Unknown)
        {
            Learn(state, completing: true);
        }
        return last;
    }

    /// <summary>What a reply that taught nothing means for the file: nothing was written.</summary>
    static Outcome OutcomeOf(in Reply reply) => reply switch
    {
        { IsEndpoint: true } or { Fault: Fault.Abandoned or Fault.Race } => Outcome.Of(reply),
        _ => Outcome.Of(reply) with
        {
            Code = FailureCode.Unseen,
            Error = MayNotLook + "it could not be tried whether the server keeps a write from replacing it"
                + $" ({reply.Detail}){Allow}",
        },
    };

    /// <summary>A trial that taught nothing.</summary>
    readonly record struct Failure(int Root, bool Completing, Outcome Outcome, long Since, TimeSpan Pause);
}
