using System;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>How one attempt on one file ended: what to report, or which fault of the endpoint stopped it.</summary>
readonly record struct Outcome(Happening Happening, string? Error = null)
{
    // A reply's own text, and what stands before it.
    const int LongestError = Shown.LongestText + 100;

    /// <summary>
    /// As it may be shown and kept, whatever a server, a name or the system put into it.
    /// </summary>
    public string? Error { get; init; } = Error is null ? null : Shown.Text(Error, LongestError);

    public Stamp Stamp { get; init; }
    public Receipt Receipt { get; init; }
    public bool Adopted { get; init; }
    public TimeSpan Delay { get; init; }

    /// <summary>True if nothing is wrong with the file: its whole directory waits, which may take long.</summary>
    public bool IsHeldBack { get; init; }

    /// <summary>True if it was not tried, as its volume does not answer: nothing of it changes.</summary>
    public bool IsTurnedAway { get; init; }

    public static Outcome TurnedAway { get; } = new(Happening.Unsettled) { IsTurnedAway = true };

    /// <summary>The fault where the bucket was asked and could not do it; None where it did, or was not asked.</summary>
    public Fault Fault { get; init; }

    /// <summary>The same for the ledger; of an outcome without a code of its own, its fault's.</summary>
    public FailureCode Code { get => field == FailureCode.None ? FailureCodes.Of(Fault) : field; init; }

    /// <summary>True if the server said that this is too much at once.</summary>
    public bool IsThrottled { get; init; }

    /// <summary>When the file's body was sent and answered; none of a file that went in parts.</summary>
    public Exchange Exchange { get; init; }

    /// <summary>The server's own number of the request that decided it; null where none was answered.</summary>
    public string? Request { get; init; }

    /// <summary>True if the bucket did what it was asked at least once: the way to it is open.</summary>
    public bool Reached { get; init; }

    /// <summary>Who is to blame where the bucket was asked and could not do it.</summary>
    public Blame Blame => Reply.BlameOf(Fault);

    public bool IsEndpoint => Blame >= Blame.Bucket;

    public static Outcome Proven(in Stamp stamp, in Receipt receipt, bool adopted = false) =>
        new(Happening.Proven) { Stamp = stamp, Receipt = receipt, Adopted = adopted, Reached = true };

    public static Outcome Unsettled(in Stamp stamp, TimeSpan delay, string why, FailureCode code = FailureCode.NotSettled) =>
        new(Happening.Unsettled, why) { Stamp = stamp, Delay = delay, Code = code };

    public static Outcome Hopeless(FailureCode code, string why, string? request = null) =>
        new(Happening.Hopeless, why) { Reached = true, Code = code, Request = request };

    /// <summary>What a reply that is not a success means for the file; the endpoint's faults are carried along.</summary>
    public static Outcome Of(in Reply reply) => reply.Fault switch
    {
        // Asked again at once: somebody else's write to the key was under way.
        Fault.Race => new(Happening.Unsettled, reply.Detail) { Reached = true, Code = FailureCode.NotSettled, Request = reply.Request },
        _ => new(Happening.Failed, reply.Detail)
        {
            Fault = reply.Fault,
            Request = reply.Request,
            IsThrottled = reply.IsThrottled,
        },
    };
}
