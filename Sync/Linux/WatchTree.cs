using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace S3Sync.Sync.Linux;

/// <summary>
/// Which directory each inotify watch stands for. A directory knows its parent and its own name only, so that a tree of a million
/// costs no full paths, and that everything below one is found without looking at the rest.
/// Pure, and without a lock of its own: the <see cref="InotifyWatch"/> that owns it holds one.
/// </summary>
sealed class WatchTree
{
    /// <summary>What stands for "not watched": the kernel counts from 1.</summary>
    const int None = -1;

    readonly Dictionary<int, Branch> roots = [];
    readonly Dictionary<int, Branch> watched = [];
    readonly Dictionary<(Branch Parent, string Name), Branch> children = [];

    /// <summary>One directory. Only <see cref="WatchTree"/> changes it.</summary>
    public sealed class Branch(int root, Branch? parent, string name)
    {
        /// <summary>The root it belongs to, as the watcher numbers them.</summary>
        public int Root { get; } = root;
        public Branch? Parent { get; } = parent;
        /// <summary>Its own name; for a root the path of the root.</summary>
        public string Name { get; } = name;
        internal int Watch = None;
        internal Branch? First, Next, Previous;
    }

    /// <summary>How many directories are watched.</summary>
    public int Count => watched.Count;

    public IEnumerable<int> Roots => roots.Keys;

    public bool TryRoot(int root, [NotNullWhen(true)] out Branch? branch) => roots.TryGetValue(root, out branch);

    public bool TryWatch(int watch, [NotNullWhen(true)] out Branch? branch) => watched.TryGetValue(watch, out branch);

    public bool TryChild(Branch parent, string name, [NotNullWhen(true)] out Branch? branch) =>
        children.TryGetValue((parent, name), out branch);

    /// <summary>Enters a root; one of that number must not be there.</summary>
    public void AddRoot(int root, string path, int watch, List<int> orphans)
    {
        var branch = new Branch(root, null, path);
        roots.Add(root, branch);
        Assign(branch, watch, orphans);
    }

    /// <summary>
    /// Says that the watch stands for a directory of that relative path from now on. What it stood for before (the same directory under
    /// another name) is forgotten; <paramref name="orphans"/> gets the watch the path had before, which is for the caller to remove.
    /// </summary>
    public void Add(Branch root, string directory, int watch, List<int> orphans)
    {
        var branch = root;
        foreach (var part in directory.AsSpan().Split('/'))
            if (!directory.AsSpan()[part].IsEmpty)
                branch = Child(branch, directory[part]);
        Assign(branch, watch, orphans);
    }

    /// <summary>Forgets a directory and all below it; <paramref name="orphans"/> gets the watches to remove.</summary>
    public void Remove(Branch branch, List<int> orphans)
    {
        // Depth first without recursion: the tree may be deeper than the stack.
        var at = branch;
        while (true)
        {
            while (at.First is { } below) at = below;
            if (at.Watch != None && watched.Remove(at.Watch)) orphans.Add(at.Watch);
            at.Watch = None;
            var above = at.Parent;
            Unlink(at);
            if (at == branch || above is null) break;
            at = above;
        }
        if (branch.Parent is { } parent) Prune(parent);
    }

    /// <summary>Forgets a watch that the kernel has removed by itself.</summary>
    public void Forget(int watch)
    {
        if (!watched.Remove(watch, out var branch)) return;
        branch.Watch = None;
        Prune(branch);
    }

    /// <summary>Writes the path relative to the root and returns its length, or -1 where it does not fit.</summary>
    public static int WritePath(Branch branch, Span<char> into)
    {
        var length = 0;
        for (var at = branch; at.Parent is not null; at = at.Parent) length += at.Name.Length + 1;
        if (length == 0) return 0;
        if (--length > into.Length) return -1;
        var end = length;
        for (var at = branch; at.Parent is not null; at = at.Parent)
        {
            end -= at.Name.Length;
            at.Name.CopyTo(into[end..]);
            if (end > 0) into[--end] = '/';
        }
        return length;
    }

    void Assign(Branch branch, int watch, List<int> orphans)
    {
        if (branch.Watch == watch) return;
        if (branch.Watch != None && watched.Remove(branch.Watch)) orphans.Add(branch.Watch);
        branch.Watch = watch;
        // The same directory under its old name: the kernel has one watch for it, and it stands for the new name now.
        if (watched.Remove(watch, out var former))
        {
            former.Watch = None;
            Prune(former);
        }
        watched.Add(watch, branch);
    }

    Branch Child(Branch parent, string name)
    {
        if (children.TryGetValue((parent, name), out var branch)) return branch;
        branch = new(parent.Root, parent, name) { Next = parent.First };
        if (branch.Next is { } next) next.Previous = branch;
        parent.First = branch;
        children.Add((parent, name), branch);
        return branch;
    }

    /// <summary>Takes away branches that stand for nothing: not watched, nothing below, not a root.</summary>
    void Prune(Branch branch)
    {
        while (branch is { Watch: None, First: null, Parent: { } parent })
        {
            Unlink(branch);
            branch = parent;
        }
    }

    void Unlink(Branch branch)
    {
        if (branch.Parent is not { } parent)
        {
            if (roots.TryGetValue(branch.Root, out var current) && current == branch) roots.Remove(branch.Root);
            return;
        }
        // A branch pruned already is not in the table: unlinking it twice would cut the list of the living.
        if (!children.TryGetValue((parent, branch.Name), out var living) || living != branch) return;
        children.Remove((parent, branch.Name));
        if (branch.Previous is { } previous) previous.Next = branch.Next;
        else parent.First = branch.Next;
        if (branch.Next is { } next) next.Previous = branch.Previous;
    }
}
