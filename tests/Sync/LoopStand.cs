using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>
/// The ledger loop on its thread, with a real ledger, inbox and windows, and the test in the place of finders and workers.
/// </summary>
sealed class LoopStand : IDisposable
{
    readonly LedgerLoop loop;
    readonly Ledger ledger;
    readonly Thread thread;
    Exception? fault;

    public LoopStand(string ledger, IReadOnlyList<Root> roots, bool keep = false, int uploads = 8, int deletes = 8, ManualTime? time = null, TimeSpan? keepFor = null)
    {
        (Path, Roots, Time) = (ledger, roots, time ?? new());
        this.ledger = Ledger.Open(ledger);
        Uploads = new(uploads);
        Deletes = new(deletes);
        Confirms = new(deletes);
        Inbox = new(100_000, Work);
        Work.Begin();
        loop = new(this.ledger, roots, Inbox, new(Uploads, Confirms, Deletes, Time), Work, new(keep) { KeepFor = keepFor }, Time, Tally, Log);
        thread = new(() =>
        {
            try
            {
                loop.Run();
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
    }

    public string Path { get; }
    public IReadOnlyList<Root> Roots { get; }
    public ManualTime Time { get; }
    public Work Work { get; } = new();
    public Tally Tally { get; } = new();
    public CapturedLog Log { get; } = new();
    public Inbox Inbox { get; }
    public Window Uploads { get; }
    public Window Deletes { get; }
    public Window Confirms { get; }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static readonly Stamp SomeStamp = new(1, 2, 3, 4);
    public static readonly Receipt SomeReceipt = new(ChecksumKind.Crc64Nvme, "AAAAAAAAAAA=", "etag", null);

    public void Find(string path, int root = 0, bool closed = false) =>
        Inbox.PostFound(new(Happening.Found, Roots[root], path) { Sign = closed ? Sign.Complete : Sign.Touched });

    /// <summary>The next job of a window, as a worker gets it.</summary>
    public static async Task<Job> NextAsync(Window window)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        return await window.Jobs.ReadAsync(limit.Token);
    }

    public Task<Job> NextUploadAsync() => NextAsync(Uploads);

    public Task<Job> NextDeleteAsync() => NextAsync(Deletes);

    /// <summary>The next uploaded file that the bucket is to be asked for.</summary>
    public Task<Job> NextConfirmAsync() => NextAsync(Confirms);

    /// <summary>What the recheck does for a file that the bucket still has; the file then comes to the deleter.</summary>
    public async Task<Job> ConfirmNextAsync()
    {
        var job = await NextConfirmAsync();
        Report(job, Happening.Confirmed);
        return await NextDeleteAsync();
    }

    public void Report(Job job, Happening happening, string? error = null, TimeSpan delay = default)
    {
        if (happening is Happening.Proven or Happening.Confirmed)
            job.Proof = ProofTime.Now(Time);
        Inbox.PostResult(new(happening, job.Root, job.Path, job) { Stamp = SomeStamp, Receipt = happening == Happening.Proven ? SomeReceipt : default, Error = error, Delay = delay });
    }

    /// <summary>Returns when the loop has dealt with everything posted so far and has handed out what followed.</summary>
    public async Task SettledAsync(string probe = "the loop has got this far")
    {
        // A row of its own, in a transaction after all that was posted before.
        Inbox.PostFound(new(Happening.Found, Roots[^1], probe));
        await Eventually.True(() => fault is not null || LedgerRows.Of(Path, probe) is not null, () => "the loop stands still", Cancel);
        if (fault is not null)
            throw fault;
    }

    /// <summary>The same, with a bucket that still has all it is asked for.</summary>
    public async Task TurnAndConfirmAsync()
    {
        await TurnAsync();
        while (Confirms.Jobs.TryRead(out var job))
        {
            Report(job, Happening.Confirmed);
            await TurnAsync();
        }
    }

    /// <summary>Returns when the loop has come round, from its beginning to its end, and has handed out all that is due.</summary>
    public async Task TurnAsync()
    {
        // One may have been under way.
        for (var (turns, i) = (loop.Turns, 1); i <= 2; i++)
        {
            var least = turns + i;
            await Eventually.True(
                () =>
                {
                    Inbox.Nudge();
                    return fault is not null || loop.Turns >= least;
                },
                () => "the loop stands still", Cancel);
        }
        if (fault is not null)
            throw fault;
    }

    /// <summary>The book, for when the loop waits.</summary>
    public LedgerBook Book => loop.Book;

    /// <summary>Time passes, and the loop looks at the clock.</summary>
    public void Advance(TimeSpan by)
    {
        Time.Advance(by);
        Inbox.Nudge();
    }

    /// <summary>True as soon as the loop has not looked at the clock for a while: it waits, and not a millisecond at a time.</summary>
    public async Task<bool> WaitsForGoodAsync()
    {
        for (var look = 0; look < 100; look++)
        {
            var before = Time.Looks;
            await Task.Delay(20, Cancel);
            if (Time.Looks == before)
                return true;
        }
        return false;
    }

    public LedgerRow Row(string path) => LedgerRows.Of(Path, path) ?? throw new KeyNotFoundException(path);

    /// <summary>Ends the loop as the pipeline does: nothing more is handed out, what is posted is written.</summary>
    public void Dispose()
    {
        loop.Stop();
        Inbox.Complete();
        thread.Join();
        ledger.Dispose();
        if (fault is not null)
            throw fault;
    }
}
