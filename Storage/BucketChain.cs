using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// The credentials of a run: asked for anew before they end, when a file they come from has changed, and when S3 has refused them. While the old ones are good nobody
/// waits for new ones; while there are none, whoever asks is told why. Any thread.
/// </summary>
/// <param name="files">Where profiles are; not looked at while the source is none of them.</param>
/// <param name="find">Finds the source anew.</param>
/// <param name="clock">The time.</param>
sealed class BucketChain(IReadOnlyList<string> files, Func<Task<BucketSource>> find, TimeProvider clock) : AWSCredentials
{
    // How often the files are looked at, and how soon a source is asked again that failed, or whose keys were refused.
    static readonly TimeSpan Look = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromSeconds(3);
    // AWS has new keys 15 minutes before the old ones of a machine end; keys that last less are renewed in their last quarter.
    static readonly TimeSpan Ahead = TimeSpan.FromMinutes(15);
    // A process may ask a person, or a server far away. Longer, and it hangs.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    // A role whose sessions were revoked is denied everything until it is assumed again; and an expired token is a bare 400 where the answer has no body (HEAD).
    static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    readonly Lock gate = new();
    readonly long started = clock.GetTimestamp();
    // Ticks since it was made, as are those of notBefore: a wall clock that is set back must not end all looking and asking.
    long lookAt;
    // Written under the gate.
    Held? held;
    bool isRefused;
    // These under the gate. A renewal never fails: what became of it stands in the others.
    Task? renewal;
    BucketCredentialsException? failed;
    TimeSpan notBefore;
    // Of the one renewal at a time. A source that did not answer in time is not asked once more beside itself.
    Task<Held>? asking;
    string asked = "";

    /// <summary>Where the credentials are from, as it stands in a message after "from".</summary>
    public string Source => Volatile.Read(ref held)?.Source.Name ?? "";

    /// <summary>UTC; null where they have no end.</summary>
    public override DateTime? Expiration => Volatile.Read(ref held)?.Issued.Until;

    /// <summary>Throws <see cref="BucketCredentialsException"/> where there are none.</summary>
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    /// <summary>Throws <see cref="BucketCredentialsException"/> where there are none.</summary>
    public override Task<ImmutableCredentials> GetCredentialsAsync()
    {
        var now = Now;
        return Volatile.Read(ref held) is { } kept && now < kept.RenewAt && !Volatile.Read(ref isRefused) && !HasChanged(kept) ? kept.Answer : AskAsync(now);
    }

    /// <summary>What a request came to: where S3 does not accept the credentials, the next one has new ones, if there are any.</summary>
    public void Note(Fault fault)
    {
        if (fault is not (Fault.Credentials or Fault.Refused or Fault.Rejected))
        {
            return;
        }
        lock (gate)
        {
            if (fault == Fault.Credentials)
            {
                isRefused = true;
            }
            else if (held is { Issued.Until: not null } kept && Now - kept.Since > Young)
            {
                held = kept with { RenewAt = default };
            }
        }
    }

    DateTime Now => clock.GetUtcNow().UtcDateTime;

    TimeSpan Elapsed => clock.GetElapsedTime(started);

    async Task<ImmutableCredentials> AskAsync(DateTime now)
    {
        Task? task;
        lock (gate)
        {
            if (renewal is null && Elapsed >= notBefore)
            {
                renewal = Renew();
            }
            task = renewal;
            if (!isRefused && held is { } kept && now < kept.End)
            {
                return kept.Issued.Keys;
            }
        }
        if (task is not null)
        {
            await task;
        }
        lock (gate)
        {
            // Refused ones with nothing newer to be had are sent once more: S3 has the last word.
            return held is { } kept && (failed is null || (!isRefused && now < kept.End)) ? kept.Issued.Keys
                : throw new BucketCredentialsException(failed!.Problem.What, failed.Problem.Hint, failed.IsPassing);
        }
    }

    /// <summary>Begins a renewal. Under the gate.</summary>
    Task Renew()
    {
        // Not a part of the request that happens to wait for it: BucketSender counts what belongs to one.
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(RenewAsync);
        }
    }

    async Task RenewAsync()
    {
        Held? renewed = null;
        BucketCredentialsException? failure = null;
        try
        {
            renewed = await (asking ??= FindAsync()).WaitAsync(Patience, clock);
        }
        catch (Exception e)
        {
            failure = BucketCredentialsException.Of(e, asked);
        }
        if (asking is { IsCompleted: true })
        {
            asking = null;
        }
        var now = Now;
        lock (gate)
        {
            (renewal, failed) = (null, failure);
            notBefore = Elapsed + Pause;
            if (renewed is not null)
            {
                (held, isRefused) = (renewed, false);
                var lasts = renewed.RenewAt - now;
                notBefore = lasts > TimeSpan.Zero && lasts < Pause ? Elapsed + lasts : notBefore;
            }
        }
    }

    async Task<Held> FindAsync()
    {
        asked = "the AWS chain";
        // Before they are read: what changes from here on is seen.
        var stamps = StampsOf(files);
        var source = await find();
        asked = source.Name;
        return Held.Of(source, await source.Ask(), source.IsProfile ? stamps : [], Now);
    }

    /// <summary>True if a file is not as it was when the keys were made of it. Looks every few seconds.</summary>
    bool HasChanged(Held kept)
    {
        var (due, now) = (Volatile.Read(ref lookAt), Elapsed.Ticks);
        return kept.Stamps.Length > 0 && now >= due && Interlocked.CompareExchange(ref lookAt, now + Look.Ticks, due) == due
            && !kept.Stamps.AsSpan().SequenceEqual(StampsOf(files));
    }

    /// <summary>Time of the last write and length of each file; nothing of one that is not there.</summary>
    static (DateTime Written, long Length)[] StampsOf(IReadOnlyList<string> files)
    {
        var stamps = new (DateTime, long)[files.Count];
        for (var i = 0; i < stamps.Length; i++)
        {
            var file = new FileInfo(files[i]);
            stamps[i] = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
        return stamps;
    }

    /// <summary>Keys, and all that says how long to keep them. Times are UTC.</summary>
    sealed record Held(BucketSource Source, IssuedKeys Issued, (DateTime Written, long Length)[] Stamps, DateTime Since, DateTime RenewAt, DateTime End, Task<ImmutableCredentials> Answer)
    {
        public static Held Of(BucketSource source, IssuedKeys issued, (DateTime, long)[] stamps, DateTime now)
        {
            var end = issued.Until ?? DateTime.MaxValue;
            var lasts = (end - now) / 4;
            var ahead = lasts < TimeSpan.Zero ? TimeSpan.Zero : lasts < Ahead ? lasts : Ahead;
            return new(source, issued, stamps, now, issued.Until is null ? end : end - ahead, end, Task.FromResult(issued.Keys));
        }
    }
}
