using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// Tells whether kept files have to make room: so long as less is free on their volume than shall be. Looks every ten seconds, and after every deletion, so that
/// no more go than have to. A volume that does not tell, or does not answer, is taken for roomy: its files are kept. Any thread.
/// </summary>
sealed class FreeSpace : IDisposable
{
    /// <summary>So many files at a time make room: each may be enough.</summary>
    public const int MostAtOnce = 16;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    readonly IReadOnlyList<Root> roots;
    readonly long least;
    readonly Func<string, long?> freeOf;
    readonly ILogger log;
    readonly bool[] low;
    readonly Lock[] gates;
    // One that did not answer is not asked again until it does.
    readonly int[] asked;
    readonly ITimer timer;

    /// <param name="roots">The watched directories.</param>
    /// <param name="least">Bytes that shall be free.</param>
    /// <param name="freeOf">Bytes free for this account on the volume of a path; null where it does not tell.</param>
    /// <param name="clock">Has the timer.</param>
    /// <param name="log">Is told when files begin to make room, and when there is enough.</param>
    public FreeSpace(IReadOnlyList<Root> roots, long least, Func<string, long?> freeOf, TimeProvider clock, ILogger log)
    {
        (this.roots, this.least, this.freeOf, this.log) = (roots, least, freeOf, log);
        low = new bool[roots.Count];
        gates = [.. roots.Select(_ => new Lock())];
        asked = new int[roots.Count];
        LookAtAll();
        timer = clock.CreateTimer(_ => LookAtAll(), null, Interval, Interval);
    }

    /// <summary>Called when a root's files have to make room.</summary>
    public Action? Lacking { get; set; }

    /// <summary>True if files of a root that are in the bucket are to be deleted.</summary>
    public bool IsLow(int root) => Volatile.Read(ref low[root]);

    /// <summary>Looks again: a file of the root was deleted.</summary>
    public void Look(Root root)
    {
        bool isLow;
        lock (gates[root.Index])
        {
            isLow = freeOf(root.Path) is { } free && free < least;
            if (isLow != low[root.Index])
            {
                Volatile.Write(ref low[root.Index], isLow);
                if (isLow)
                {
                    log.MakesRoom(Shown.Name(root.Path), least);
                }
                else
                {
                    log.HasRoom(Shown.Name(root.Path), least);
                }
            }
        }
        if (isLow)
        {
            Lacking?.Invoke();
        }
    }

    public void Dispose() => timer.Dispose();

    void LookAtAll()
    {
        foreach (var root in roots)
        {
            if (Interlocked.Exchange(ref asked[root.Index], 1) == 0)
            {
                Limited.TryAsk($"free space of {root.Path}", () => LookOnce(root), Limited.Usual, out _);
            }
        }
    }

    bool LookOnce(Root root)
    {
        Look(root);
        Volatile.Write(ref asked[root.Index], 0);
        return true;
    }
}
