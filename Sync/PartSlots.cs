using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>
/// The slots of one file that goes in parts. The one that its turn has serves one part at a time, so that it always gets on; for each further part
/// it waits in line for one more, as other files do. Belongs to one upload; parts give theirs back on any thread.
/// </summary>
sealed class PartSlots : IDisposable
{
    readonly Slots? slots;
    readonly int root;
    readonly CancellationTokenSource over = new();
    int isOwnTaken;

    /// <param name="slots">Null where nobody counts.</param>
    /// <param name="root">The index of its root.</param>
    public PartSlots(Slots? slots, int root)
    {
        (this.slots, this.root) = (slots, root);
        slots?.CountLarge(root, begins: true);
    }

    /// <summary>The further slot that is waited for; null where none is.</summary>
    public Task? Wanted { get; private set; }

    /// <summary>Takes one if there is one now, else gets in line: false, and <see cref="Wanted"/> ends when its turn has come.</summary>
    /// <param name="isOwn">To be told to <see cref="Give"/>.</param>
    public bool TryTake(out bool isOwn)
    {
        isOwn = Interlocked.Exchange(ref isOwnTaken, 1) == 0;
        if (isOwn || slots is null)
        {
            return true;
        }
        Wanted ??= slots.TakeAsync(root, over.Token, isPart: true).AsTask();
        if (!Wanted.IsCompletedSuccessfully)
        {
            return false;
        }
        Wanted = null;
        return true;
    }

    /// <summary>The part was sent, or was not to be.</summary>
    public void Give(bool isOwn)
    {
        if (isOwn)
        {
            Volatile.Write(ref isOwnTaken, 0);
        }
        else
        {
            slots?.Give(root, isPart: true);
        }
    }

    /// <summary>Gets out of the line. What was granted meanwhile is given back.</summary>
    public void Dispose()
    {
        over.Cancel();
        if (Wanted is { } wanted)
        {
            _ = GiveBackAsync(wanted);
        }
        slots?.CountLarge(root, begins: false);
        over.Dispose();
    }

    async Task GiveBackAsync(Task wanted)
    {
        try
        {
            await wanted;
        }
        catch (OperationCanceledException)
        {
            return;
        }
        Give(isOwn: false);
    }
}
