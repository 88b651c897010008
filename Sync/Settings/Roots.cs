using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>
/// Makes roots of the directories given: real, readable, none inside another, none that holds what must not be uploaded and deleted.
/// Owned by the thread that reads the settings.
/// </summary>
/// <param name="workingDirectory">What relative paths are relative to.</param>
/// <param name="bucket">The bucket of directories without their own; null where none is given.</param>
/// <param name="prefix">The prefix of directories without their own; null for each one's name.</param>
/// <param name="own">What else holds for each directory.</param>
/// <param name="objects">What the objects of each directory get.</param>
/// <param name="aws">Whether buckets must be named as AWS demands.</param>
/// <param name="filters">Which files are taken.</param>
/// <param name="problems">Takes the problems.</param>
/// <param name="notes">Takes what is worth saying.</param>
sealed class Roots(string workingDirectory, string? bucket, string? prefix, DirectoryOptions own, ObjectOptions objects, bool aws, Filters filters, List<Problem> problems, List<string> notes)
{
    // A directory that can be watched: its real path and what its files get.
    sealed record Candidate(int Order, Given Given, string Path, string? Bucket, string Prefix, Filter Filter)
    {
        public Bandwidth? Bandwidth { get; init; }

        public ObjectTraits? Objects { get; init; }

        public KeyTemplate? Template { get; init; }

        public string? Marker { get; init; }

        public string Shown => $"{Given.Place}: {Problem.Quote(Given.Text)}";
    }

    /// <summary>The roots, in the order given. Only to be used where no problem was added.</summary>
    /// <param name="directories">What was given.</param>
    /// <param name="apart">Files that must not be in a root: what each is, where, and how to help it.</param>
    public ImmutableArray<Root> Resolve(IReadOnlyList<Given> directories, IReadOnlyList<(string What, string Path, string Hint)> apart)
    {
        var candidates = directories.Select((given, order) => Examine(given, order)).OfType<Candidate>().ToList();
        foreach (var candidate in candidates)
        {
            foreach (var (what, path, hint) in apart)
            {
                if (RealPath.IsWithin(RealPath.Of(path, out _), candidate.Path))
                    problems.Add(new($"{candidate.Shown} contains {what} {Problem.Quote(path)}, which would be uploaded and deleted", hint));
            }
        }
        var outer = candidates.Where(candidate => !IsInsideAnother(candidate, candidates));
        Root[] roots = [.. outer.Select((root, index) => new Root(index, root.Path, root.Bucket ?? "", root.Prefix) { Filter = root.Filter, Objects = root.Objects, Template = root.Template, Marker = root.Marker, Bandwidth = root.Bandwidth })];
        JudgeKeys(roots);
        return [.. roots];
    }

    // No two files may get one key, and with a time or a hash in it nobody can tell beforehand which two would.
    void JudgeKeys(Root[] roots)
    {
        foreach (var root in roots)
        {
            if (root.Template is not null && Keys.Make(root, "a", out _) == KeyVerdict.KeyTooLong)
                problems.Add(new($"the keys of {Problem.Quote(root.Path)} are too long before any path is in them: a key has at most {Keys.MaxBytes} bytes", "leave room for the files' names"));
            foreach (var other in roots[..root.Index])
            {
                if ((root.Template ?? other.Template) is { } template && Keys.Overlap(root, other))
                    problems.Add(new($"with the template {Problem.Quote(template.Text)} a file of {Problem.Quote(root.Path)} and one of {Problem.Quote(other.Path)} could get the same key", $"give each its own {OptionTable.Prefix.LongName}, or begin the template with {{root}}/"));
            }
        }
    }

    Candidate? Examine(Given given, int order)
    {
        if (given.Bucket is { } target && Rules.Bucket(target, given.Place, aws) is { } badBucket)
            problems.Add(badBucket);
        if (given.Prefix is { } first && Rules.Prefix(first, given.Place) is { } badPrefix)
            problems.Add(badPrefix);
        if (Places.Full(given, workingDirectory, problems) is not { } named)
            return null;
        var real = RealPath.Of(named, out var answers);
        var name = named[(named.LastIndexOf(Path.DirectorySeparatorChar) + 1)..];
        var candidate = new Candidate(order, given, real, given.Bucket ?? bucket, given.Prefix ?? prefix ?? name, filters.Of(given)) { Objects = objects.Of(given, name), Template = own.Template(given, name), Marker = own.Marker(given), Bandwidth = own.Bandwidth(given) };
        (string Why, string Hint)? obstacle = null;
        answers = answers && Limited.TryAsk(real, () => WhyNot(real), Limited.Usual, out obstacle);
        obstacle ??= IsFileSystemRoot(real) ? WhyNoRoot : null;
        if (obstacle is var (why, hint))
        {
            problems.Add(new($"{candidate.Shown} {why}", hint));
            return null;
        }
        if (!answers)
        {
            notes.Add($"{candidate.Shown} does not answer: it is watched once it does, the directories of other volumes are now");
        }
        if (!Keys.IsUtf8(candidate.Prefix))
            problems.Add(new($"{candidate.Shown} has a name that no key can begin with", "name its keys with --prefix"));
        return candidate;
    }

    static readonly (string Why, string Hint) WhyNoRoot = ("is the root of a file system: all of it would be uploaded and deleted", "name a directory below it");

    // What keeps a directory from being watched, and what to do about it.
    static (string Why, string Hint)? WhyNot(string path)
    {
        if (IsFileSystemRoot(path))
            return WhyNoRoot;
        if (!Directory.Exists(path))
        {
            return File.Exists(path)
                ? ("is not a directory", "name the directory that the file is in")
                : ("does not exist", "create it, or correct the path");
        }
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(path).GetEnumerator();
            entries.MoveNext();
            return null;
        }
        // A directory that cannot be listed, whatever the reason, cannot be scanned.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ($"cannot be read: {e.Message}", "let this user list it, or run s3sync as one who may");
        }
    }

    // "/", "C:\", "\\?\C:\"; but a share (\\server\incoming) is a directory of its server.
    static bool IsFileSystemRoot(string path) =>
        Path.GetPathRoot(path) == path
        && !(path.StartsWith(@"\\", StringComparison.Ordinal) && path.Length > 2 && path[2] is not ('?' or '.'));

    // One walk per tree: what is inside another root, or the same one again, is that root's, unless its keys would then be other ones than asked for.
    bool IsInsideAnother(Candidate inner, List<Candidate> all)
    {
        var outer = all
            .Where(other => RealPath.IsWithin(inner.Path, other.Path)
                && (!RealPath.IsWithin(other.Path, inner.Path) || other.Order < inner.Order))
            .MinBy(other => other.Path.Length);
        if (outer is null)
            return false;
        var within = $"{inner.Shown} is {(inner.Path.Length == outer.Path.Length ? "the same directory as" : "inside")} {Problem.Quote(outer.Given.Text)}";
        if (inner.Bucket != outer.Bucket)
            problems.Add(new($"{within} but has another bucket", "give both one bucket, or watch directories that lie side by side"));
        else if (inner.Given.Prefix is { } first && (inner.Template is not null || Keys.Head(first) != HeadWithin(outer, inner.Path)))
            problems.Add(new($"{within} but has another prefix", "leave its prefix out, or watch directories that lie side by side"));
        else if (inner.Given.Filters is not null && !inner.Filter.Equals(outer.Filter))
            problems.Add(new($"{within} but has other filters", "leave its filters out, or watch directories that lie side by side"));
        else if (own.Told(inner.Given) != own.Told(outer.Given))
            problems.Add(new($"{within} but has other options", "give both the same, or watch directories that lie side by side"));
        else if (objects.Told(inner.Given) != objects.Told(outer.Given))
            problems.Add(new($"{within} but its objects would get other things", "give both the same, or watch directories that lie side by side"));
        else
            notes.Add($"{within}, which is watched with all below it");
        return true;
    }

    // What the keys of a directory's files begin with as part of the outer root.
    static string HeadWithin(Candidate outer, string path)
    {
        var below = path[outer.Path.Length..].Trim(Path.DirectorySeparatorChar);
        return Keys.Head(Keys.Head(outer.Prefix) + below.Replace(Path.DirectorySeparatorChar, '/'));
    }
}
