using System.Collections.Generic;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// Tells a file that the server, or the way to it, cannot take from an endpoint that fails: remembers who met a fault of the endpoint and
/// whether others got through since. Any thread.
/// </summary>
sealed class Suspects
{
    // A server that throttles fails every second request or so; a file is blamed only for what that does not explain.
    const int MostFaults = 3;
    // As many as may be in flight. Beyond that all are forgotten, which costs each no more than some further attempts.
    const int Limit = 1024;

    readonly Lock gate = new();
    readonly Dictionary<(int Root, string Path), (int Faults, long Before)> met = [];

    /// <summary>The file met another fault. True if it is to be blamed: its third in a row, and others got through meanwhile. Then it starts anew.</summary>
    /// <param name="root">The root's index.</param>
    /// <param name="path">Relative to the root.</param>
    /// <param name="successes">What the lane has counted so far: <see cref="Lane.Successes"/>.</param>
    public bool Blame(int root, string path, long successes)
    {
        lock (gate)
        {
            var (faults, before) = met.TryGetValue((root, path), out var known) ? known : (0, successes);
            if (++faults >= MostFaults && successes > before)
            {
                met.Remove((root, path));
                return true;
            }
            if (met.Count >= Limit)
            {
                met.Clear();
            }
            met[(root, path)] = (faults, before);
            return false;
        }
    }

    /// <summary>The file had its answer.</summary>
    public void Forget(int root, string path)
    {
        lock (gate)
        {
            met.Remove((root, path));
        }
    }
}
