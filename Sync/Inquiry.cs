using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Asks the endpoint something that belongs to no file: for an object that there never is. Whether that is found missing or refused, the answer shows that
/// the way is open, and that credentials, signature and clock are good; so it tells a file that fails from an endpoint that does. It needs no right that
/// uploads do not need: a refusal is an answer as well. One request at a time for each bucket; who asks meanwhile shares its answer. Any thread.
/// </summary>
/// <param name="ask">Asks a bucket for a key, by GET: the answer to HEAD has no body, and its 403 may mean anything.</param>
sealed class Inquiry(Func<string, string, CancellationToken, Task<Reply>> ask)
{
    // Letters that no proxy on the way writes in another way, and no prefix: whatever is wrong with the names of the files is not wrong with this one.
    public const string Key = ".s3sync-no-such-object";

    // The whole of a body may take minutes, one answer to a GET does not; and all wait for it.
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    readonly Lock gate = new();
    Task<Reply>? asking;
    string? asked;

    /// <summary>What the endpoint answers now. <see cref="Fault.Abandoned"/> only where <paramref name="abandon"/> is set.</summary>
    /// <param name="name">The bucket in which the object is not.</param>
    public async Task<Reply> AskAsync(string name, CancellationToken abandon)
    {
        Task<Reply> task;
        lock (gate)
        {
            if (asking is not { IsCompleted: false } || asked != name)
            {
                (asking, asked) = (AskOnceAsync(name, abandon), name);
            }
            task = asking;
        }
        return await task;
    }

    /// <summary>True if what was answered shows that the endpoint works; the bucket may be wrong.</summary>
    public static bool IsWell(in Reply reply) => reply.Blame is Blame.None or Blame.File or Blame.Bucket && reply.Fault != Fault.Abandoned;

    async Task<Reply> AskOnceAsync(string name, CancellationToken abandon)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        limit.CancelAfter(Limit);
        // Not under the lock of who began it.
        await Task.Yield();
        var reply = await ask(name, Key, limit.Token);
        return reply.Fault == Fault.Abandoned && !abandon.IsCancellationRequested ? new(Fault.Unreachable, "no answer in time") : reply;
    }
}
