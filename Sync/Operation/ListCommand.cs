using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary><c>s3sync list</c>: the unfinished files, one a line.</summary>
static class ListCommand
{
    const string Pending = "--pending", Parked = "--parked", Conflicts = "--conflicts", Unconfirmed = "--unconfirmed", Elsewhere = "--elsewhere", Missing = "--missing", Json = "--json", Limit = "--limit";
    const int Most = 1000, Indent = 8;

    public static readonly CommandText Text = new("list", "", "the files that wait, are parked or in conflict")
    {
        Words =
        [
            new(Pending, "", "all that is not uploaded yet (unless one of the others is given)"),
            new(Parked, "", "those that failed for reasons of their own and wait for a person"),
            new(Conflicts, "", "parked ones whose key is taken by something else"),
            new(Unconfirmed, "", "uploaded and kept, as the bucket does not confirm the object"),
            new(Elsewhere, "", "uploaded to another address than the settings name now, and kept"),
            new(Missing, "", "uploaded and missing here, without a recorded deletion"),
            new(Limit, "N", "at most so many (1000), those first whose turn comes first"),
            new(Json, "", "a JSON object a line"),
        ],
        Detail = """
            A line a file: since when it waits, how many attempts failed, when the next one
            is due, its path and what went wrong last. s3sync explain PATH tells all of one
            of them.
            """,
        Examples = [("list --parked", "what wants a person"), ("list --pending --json --limit 100000", "for a program")],
    };

    public static Task<int> RunAsync(Asked asked)
    {
        var limit = Most;
        if (asked[Limit] is { } given && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit == 0))
        {
            return Task.FromResult(Product.Refuse([new($"{Limit}: {Problem.Quote(given)} is not a whole number from 1", "for example 1000, which is the default")]));
        }
        if (Beside.Read(asked) is not { } settings)
        {
            return Task.FromResult(Exit.BadSettings);
        }
        using var reader = Beside.Open(settings);
        if (reader is null)
        {
            return Task.FromResult(Exit.Failed);
        }
        var list = asked.Has(Conflicts) ? LedgerList.Conflicts
            : asked.Has(Unconfirmed) ? LedgerList.Unconfirmed
            : asked.Has(Elsewhere) ? LedgerList.Elsewhere
            : asked.Has(Missing) ? LedgerList.Missing
            : asked.Has(Parked) ? LedgerList.Parked
            : LedgerList.Pending;
        var entries = new LedgerEntries(reader).List(list, limit == int.MaxValue ? limit : limit + 1);
        var more = entries.Count > limit;
        Write(more ? entries[..limit] : entries, asked.Has(Json));
        if (more)
        {
            Console.Error.WriteLine($"s3sync: there are more than {limit}: --limit N shows more, s3sync status counts them");
        }
        return Task.FromResult(Exit.Done);
    }

    static string StateOf(in LedgerEntry entry) =>
        entry.Stage == Stage.Missing ? "missing" : entry.Code.IsKept() ? "kept" : entry.Parked is null ? "pending" : "parked";

    static void Write(List<LedgerEntry> entries, bool json)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        using var output = Console.OpenStandardOutput();
        foreach (var entry in entries)
        {
            if (json)
            {
                using (var writer = new Utf8JsonWriter(output))
                {
                    EntryJson.Write(writer, entry);
                }
                output.WriteByte((byte)'\n');
                continue;
            }
            var next = entry.Due is not { } due ? "" : due <= now ? ", its turn is now" : $", next in {Units.Age(due - now)}";
            var error = string.IsNullOrEmpty(entry.Error) ? "" : $": {Problem.Escape(entry.Error)}";
            var address = entry.Address is { } uploaded ? $", {Shown.Address(uploaded)}" : "";
            var line = $"{StateOf(entry),-8}for {Units.Age(now - entry.Found)}{(!entry.Code.IsKept() ? ", " + Units.Count(entry.Attempts, "failure") : "")}{next}  {Shown.Name(entry.FullPath)}{address}{error}";
            output.Write(System.Text.Encoding.UTF8.GetBytes(Fold.Line(line, Indent) + Environment.NewLine));
        }
    }
}
