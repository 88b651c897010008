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
        if (asked.Has(Parked))
        {
            return await Petition.SendAsync(settings.Ledger, OperatorRequest.Of(OperatorVerb.Retry, OperatorChoice.Parked));
        }
        LedgerEntry entry;
        using (var reader = Beside.Open(settings))
        {
            if (reader is null)
            {
                return Exit.Failed;
            }
            var full = Beside.RealPathOf(asked.Operands[0]);
            if (Petition.Find(reader, full) is not { Due: not null } found)
            {
                Product.Say(new($"{full} waits for nothing", $"s3sync explain {asked.Operands[0]} tells where it stands"));
                return Exit.Failed;
            }
            entry = found;
        }
        return await Petition.SendAsync(settings.Ledger, OperatorRequest.Of(OperatorVerb.Retry, entry.Root, entry.Path));
    }
}
