using System.Threading.Tasks;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync reupload</c> and <c>s3sync release</c>: what becomes of uploaded files that s3sync keeps.</summary>
static class KeptCommands
{
    const string Unconfirmed = "--unconfirmed", Elsewhere = "--elsewhere";

    public static readonly CommandText Reupload = new("reupload", "[PATH]", "upload kept files again")
    {
        Words =
        [
            new(Unconfirmed, "", "all whose object the bucket does not confirm"),
            new(Elsewhere, "", "all that were uploaded to another address"),
        ],
        Detail = """
            For files that were uploaded and are kept: their object is gone from the
            bucket, has changed, or is at another address than the settings name now.
            s3sync forgets the receipt and uploads the file to the present address, in the
            run that is under way or else in the next one. It never overwrites an object:
            an equal one is adopted, another one is a conflict.
            """,
        Examples =
        [
            ("reupload D:\\out\\a.csv", "after somebody emptied the bucket"),
            ("reupload --elsewhere", "after moving to another bucket"),
        ],
    };

    public static readonly CommandText Release = new("release", "[PATH]", "delete files that another bucket has")
    {
        Words = [new(Elsewhere, "", "all that were uploaded to another address")],
        Detail = """
            For files that were uploaded to another address than the settings name now, and
            are kept. s3sync asks that address, with the present credentials, and deletes
            each file that it confirms.
            """,
        Examples = [("release --elsewhere", "the old bucket keeps what it has")],
    };

    public static Task<int> ReuploadAsync(Asked asked) => RunAsync(asked, Reupload, OperatorVerb.Reupload);

    public static Task<int> ReleaseAsync(Asked asked) => RunAsync(asked, Release, OperatorVerb.Release);

    static async Task<int> RunAsync(Asked asked, CommandText text, OperatorVerb verb)
    {
        var choices = (asked.Has(Unconfirmed) ? 1 : 0) + (asked.Has(Elsewhere) ? 1 : 0) + asked.Operands.Count;
        if (choices != 1)
        {
            return Product.Refuse([new($"{text.Name}: {(choices == 0 ? "no path given" : "more than one choice given")}", $"s3sync {text.Name} PATH, or s3sync {text.Name} {Elsewhere}")]);
        }
        if (Beside.Read(asked) is not { } settings)
        {
            return Exit.BadSettings;
        }
        if (asked.Operands.Count == 0)
        {
            return await Petition.SendAsync(settings.Ledger, OperatorRequest.Of(verb, asked.Has(Elsewhere) ? OperatorChoice.Elsewhere : OperatorChoice.Unconfirmed));
        }
        using var reader = Beside.Open(settings);
        if (reader is null)
        {
            return Exit.Failed;
        }
        var full = Beside.RealPathOf(asked.Operands[0]);
        if (Petition.Find(reader, full) is not { } entry || !(verb == OperatorVerb.Release ? entry.Code == Storage.FailureCode.OtherAddress : Storage.FailureCodes.IsKept(entry.Code)))
        {
            Product.Say(new($"{Shown.Name(full)} is not kept {(verb == OperatorVerb.Release ? "for another address" : "for want of a confirmed object")}", $"s3sync explain {asked.Operands[0]} tells where it stands"));
            return Exit.Failed;
        }
        return await Petition.SendAsync(settings.Ledger, OperatorRequest.Of(verb, entry.Root, entry.Path));
    }
}
