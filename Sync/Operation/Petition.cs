using System;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>
/// Has an operator's request done: by a <see cref="Requests"/> file where a run is under way, as only the run writes its ledger; else here,
/// and the next run does the work.
/// </summary>
static class Petition
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>The ledger's entry of a path; null if it has none.</summary>
    public static LedgerEntry? Find(LedgerReader reader, string full) =>
        Beside.RootOf(new LedgerFigures(reader).Roots(), full) is { } place ? new LedgerEntries(reader).Find(place.Root.Id, place.Below) : null;

    public static async Task<int> SendAsync(string ledger, OperatorRequest request)
    {
        try
        {
            using var opened = Ledger.Open(ledger);
            var count = Change(opened, request);
            Console.Out.WriteLine($"{Units.Count(count, "file")}: the next run {Says(request.Verb)} (none is under way)");
            return Exit.Done;
        }
        catch (LedgerException e) when (e.IsHeld)
        {
            return await AskAsync(ledger, request);
        }
    }

    static int Change(Ledger ledger, OperatorRequest request)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        ledger.Begin();
        var count = 0;
        foreach (var id in ledger.RootIds(request.Root))
        {
            count += request.Verb == OperatorVerb.Retry ? ledger.RetryNow(id, request.Path, now) : ledger.Do(request, id, now, _ => false);
        }
        ledger.Commit();
        return count;
    }

    static async Task<int> AskAsync(string ledger, OperatorRequest request)
    {
        string file;
        try
        {
            file = Requests.Write(ledger, request);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Product.Say(new($"the run cannot be asked: {e.Message}", "use the account that runs s3sync, or an administrator's"));
            return Exit.Failed;
        }
        for (var waited = TimeSpan.Zero; File.Exists(file); waited += Interval)
        {
            if (waited > Patience)
            {
                Product.Say(new($"the run has not taken the request within {Shown.Time(Patience)}", "it takes it as soon as it can, at the latest when it starts again"));
                return Exit.Failed;
            }
            await Task.Delay(Interval);
        }
        Console.Out.WriteLine($"the run that is under way {Says(request.Verb)}: {Files(request)}");
        return Exit.Done;
    }

    static string Says(OperatorVerb verb) => verb switch
    {
        OperatorVerb.Retry => "tries again at once",
        OperatorVerb.Reupload => "uploads again",
        _ => "deletes once the address they were uploaded to confirms them",
    };

    static string Files(OperatorRequest request) => request.Choice switch
    {
        OperatorChoice.Path => Shown.Name(Path.Join(request.Root, request.Path)),
        OperatorChoice.Parked => "all parked files and waiting deletions",
        OperatorChoice.Unconfirmed => "all files whose object is not confirmed",
        _ => "all files that were uploaded to another address",
    };
}
