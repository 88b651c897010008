using System;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>
/// <c>s3sync retry</c>: has files tried again now. A run is asked by a <see cref="Requests"/> file, as nobody else may write its ledger;
/// where none is under way the ledger is opened and changed here, and the next run does the work.
/// </summary>
static class RetryCommand
{
    const string Parked = "--parked";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Interval = TimeSpan.FromMilliseconds(20);

    public static readonly CommandText Text = new("retry", "[PATH]", "try a file, or all parked ones, again now")
    {
        Words = [new(Parked, "", "all parked files, and deletions that wait")],
        Detail = """
            Forgets the failures of the file and gives it its turn now, in the run that is
            under way or else in the next one. A deletion that waits is tried again as
            well, but no file goes before its --keep-for is over. It changes when something
            is tried, never what is done.
            """,
        Examples = [("retry D:\\out\\a.csv", "after its cause is gone"), ("retry --parked", "after the bucket's policy was mended")],
    };

    public static async Task<int> RunAsync(Asked asked)
    {
        if (asked.Has(Parked) == (asked.Operands.Count > 0))
        {
            return Product.Refuse([new("retry: what is to be tried again?", $"s3sync retry PATH, or s3sync retry {Parked}")]);
        }
        if (Beside.Read(asked) is not { } settings)
        {
            return Exit.BadSettings;
        }
        string? root = null;
        var path = "";
        using (var reader = Beside.Open(settings))
        {
            if (reader is null)
            {
                return Exit.Failed;
            }
            if (!asked.Has(Parked))
            {
                var full = Beside.RealPathOf(asked.Operands[0]);
                if (Beside.RootOf(new LedgerFigures(reader).Roots(), full) is not { } place
                    || new LedgerEntries(reader).Find(place.Root.Id, place.Below) is not { Due: not null } entry)
                {
                    Product.Say(new($"{full} waits for nothing", $"s3sync explain {asked.Operands[0]} tells where it stands"));
                    return Exit.Failed;
                }
                (root, path) = (entry.Root, entry.Path);
            }
        }
        return await ChangeAsync(settings.Ledger, root, path);
    }

    static async Task<int> ChangeAsync(string ledger, string? root, string path)
    {
        try
        {
            using var opened = Ledger.Open(ledger);
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            opened.Begin();
            var count = 0;
            foreach (var id in opened.RootIds(root))
            {
                count += opened.RetryNow(id, path, now);
            }
            opened.Commit();
            Console.Out.WriteLine($"{Units.Count(count, "file")}: the next run tries again at once (none is under way)");
            return Exit.Done;
        }
        catch (LedgerException e) when (e.IsHeld)
        {
            return await AskAsync(ledger, root, path);
        }
    }

    static async Task<int> AskAsync(string ledger, string? root, string path)
    {
        string request;
        try
        {
            request = Requests.Write(ledger, root, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Product.Say(new($"the run cannot be asked: {e.Message}", "use the account that runs s3sync, or an administrator's"));
            return Exit.Failed;
        }
        for (var waited = TimeSpan.Zero; File.Exists(request); waited += Interval)
        {
            if (waited > Patience)
            {
                Product.Say(new($"the run has not taken the request within {Shown.Time(Patience)}", "it takes it as soon as it can, at the latest when it starts again"));
                return Exit.Failed;
            }
            await Task.Delay(Interval);
        }
        Console.Out.WriteLine($"the run that is under way tries again {(root is null ? "all parked files and waiting deletions" : Shown.Name(Path.Join(root, path)))}");
        return Exit.Done;
    }
}
