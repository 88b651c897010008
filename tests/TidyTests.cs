using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using S3Sync.Sync;
using S3Sync.Sync.Settings;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests;

/// <summary>The house rules, held by a test: size, words, who may know whom, and that the README says what the code does.</summary>
public sealed partial class TidyTests
{
    const int MostLines = 300;

    public TidyTests() => Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");

    [Fact]
    public void NoFileIsLongerThanOneCanRead() =>
        Assert.Empty(Repository.Sources().Where(file => Lines(file).Length > MostLines).Select(file => $"{file}: {Lines(file).Length} lines"));

    [Fact]
    public void NamespacesEqualFolders() =>
        Assert.Empty(Repository.Sources().Where(file => NamespaceOf(file) is { } found && found != Expected(file)).Select(file => $"{file}: {NamespaceOf(file)}"));

    [Fact]
    public void OnlyTheBucketKnowsTheAwsSdk() =>
        OnlyIn("Amazon.", file => file.StartsWith("Storage/Bucket", StringComparison.Ordinal));

    [Fact]
    public void OnlyTheLedgerKnowsSqlite() =>
        OnlyIn("SQLitePCL", file => LedgerFile().IsMatch(file));

    [Fact]
    public void OnlyTheFoldersOfTheSystemsImportFunctionsOrAreUnsafe()
    {
        static bool System(string file) => file.StartsWith("Sync/Linux/", StringComparison.Ordinal) || file.StartsWith("Sync/Windows/", StringComparison.Ordinal);
        OnlyIn("LibraryImport", System);
        OnlyIn("DllImport", System);
        // The memory of the uploads is the system's own.
        OnlyIn("unsafe ", file => System(file) || file == "Storage/Arena.cs");
    }

    [Fact]
    public void StorageKnowsNoStageOfThePipeline()
    {
        foreach (var word in (string[])["Watcher", "Scanner", "Uploader", "Deleter", "Pipeline", "LedgerLoop", "Lane", "Inbox"])
        {
            Assert.Empty(Program().Where(file => file.StartsWith("Storage/", StringComparison.Ordinal) && Regex.IsMatch(Code(file), $@"\b{word}\b")).Select(file => $"{file}: {word}"));
        }
    }

    [Fact]
    public void NoTypeHasANameThatSaysNothing() =>
        Assert.Empty(Repository.Sources().SelectMany(file => EmptyName().Matches(Code(file)).Select(match => $"{file}: {match.Value}")));

    [Fact]
    public void NothingIsLeftOverNothingSleepsAndNoTestIsSwitchedOff() =>
        Assert.Empty(Repository.Sources().Where(file => !file.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .SelectMany(file => LeftOver().Matches(Code(file)).Select(match => $"{file}: {match.Value}")));

    /// <summary>Nobody looks up "system error 30": see <see cref="SystemError"/>.</summary>
    [Fact]
    public void NoMessageNamesAnErrorOfTheSystemByItsNumberAlone() =>
        Assert.Empty(Program().SelectMany(file => NumberAlone().Matches(Code(file)).Select(match => $"{file}: {match.Value}")));

    [Fact]
    public void TheReadmeListsEveryOptionAsTheProgramHasIt()
    {
        var table = new StringBuilder("| option | JSON | default | meaning |\n|---|---|---|---|\n");
        foreach (var option in OptionTable.All)
        {
            var name = (option.Short == '\0' ? "" : $"`-{option.Short}`, ") + $"`{option.LongName}{(option.Value.Length > 0 ? " " + option.Value : "")}`";
            var json = option.Sources.HasFlag(Sources.File) ? $"`{option.JsonKey}`" : "";
            // What depends on the system is said in the text.
            var standard = option == OptionTable.Grace ? "10; on Windows 1.2" : option.Default ?? "";
            table.Append($"| {name} | {json} | {standard} | {option.Description} |\n");
        }
        table.Append($"\nIn the environment an option is called `{OptionTable.EnvironmentPrefix}` and its long name in capitals: `{OptionTable.UploadPartSize.EnvironmentName}`.\n");
        Assert.Contains($"<!-- options -->\n{table}<!-- /options -->", Repository.Read("README.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("benchmarks", "Benchmarks/results")]
    [InlineData("crashes", "tests/results")]
    public void EveryFigureInTheReadmeIsACommittedResult(string name, string folder)
    {
        var readme = Repository.Read("README.md");
        var block = readme[readme.IndexOf($"<!-- {name} -->", StringComparison.Ordinal)..readme.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal)];
        var results = Directory.EnumerateFiles(Path.Join(Repository.Directory, folder), "*.md", SearchOption.AllDirectories).SelectMany(File.ReadLines).ToHashSet();
        var figures = block.Split('\n').Where(line => line.StartsWith('|')).ToList();
        Assert.NotEmpty(figures);
        Assert.All(figures, figure => Assert.Contains(figure, results));
    }

    [Fact]
    public void TheReadmeListsEveryExitCode()
    {
        foreach (var code in (int[])[Exit.Done, Exit.Failed, Exit.BadSettings, Exit.Parked, Exit.Held, Exit.Mismatch])
        {
            Assert.Matches($@"\n\| {code} \| ", Repository.Read("README.md"));
        }
    }

    static void OnlyIn(string word, Func<string, bool> allowed) =>
        Assert.DoesNotContain(Program(), file => !allowed(file) && Code(file).Contains(word, StringComparison.Ordinal));

    /// <summary>The program's own files.</summary>
    static IEnumerable<string> Program() => Repository.Sources().Where(file => !file.StartsWith("tests/", StringComparison.Ordinal) && !file.StartsWith("Benchmarks/", StringComparison.Ordinal));

    static string[] Lines(string file) => Repository.Read(file).TrimEnd().Split('\n');

    /// <summary>A file without its comments, which may speak of anything.</summary>
    static string Code(string file) => string.Join('\n', Lines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    static string? NamespaceOf(string file) => Namespace().Match(Repository.Read(file)) is { Success: true } match ? match.Groups[1].Value : null;

    static string Expected(string file)
    {
        var folders = file.Split('/')[..^1];
        return folders switch
        {
            [] => "S3Sync",
            ["tests", .. var below] => string.Join('.', ["S3Sync", "Tests", .. below]),
            ["Benchmarks", ..] => "S3Sync.Benchmarks",
            _ => "S3Sync." + string.Join('.', folders),
        };
    }

    [GeneratedRegex("""system error [{0-9]|errno \{(?!error\})|GetLastPInvokeError\(\)\}|NativeErrorCode\}|\bresult\.Error\}""")]
    private static partial Regex NumberAlone();

    [GeneratedRegex(@"^Storage/(Ledger\w*|Statement|Schema)\.cs$")]
    private static partial Regex LedgerFile();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(class|struct|record|interface) \w*(Manager|Helper|Service|Handler|Processor|Util|Utils|Base)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"TODO|FIXME|HACK|NotImplementedException|Thread\.Sleep|Skip *= *""")]
    private static partial Regex LeftOver();
}
