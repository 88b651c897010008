using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using S3Sync.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

public sealed class WatchTreeTests
{
    [Fact]
    public void AWatchStandsForThePathItWasGivenLast()
    {
        var (tree, orphans) = (new WatchTree(), new List<int>());
        tree.AddRoot(0, "/root", 1, orphans);
        Assert.True(tree.TryRoot(0, out var root));
        tree.Add(root, "a/b", 2, orphans);
        Assert.Equal("a/b", PathOf(tree, 2));
        tree.Add(root, "c/d", 2, orphans);
        Assert.Equal("c/d", PathOf(tree, 2));
        Assert.False(tree.TryChild(root, "a", out _));
        Assert.Empty(orphans);
    }

    [Fact]
    public void TheWatchAPathHadBeforeIsAnOrphan()
    {
        var (tree, orphans) = (new WatchTree(), new List<int>());
        tree.AddRoot(0, "/root", 1, orphans);
        Assert.True(tree.TryRoot(0, out var root));
        tree.Add(root, "a", 2, orphans);
        tree.Add(root, "a", 3, orphans);
        Assert.Equal([2], orphans);
        Assert.Equal("a", PathOf(tree, 3));
    }

    [Fact]
    public void AnySequenceOfStepsLeavesItEqualToAPlainTable() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[2, 12], Gen.Char['a', 'c'].Array[1, 4]).Array[0, 60].Sample(steps =>
        {
            var (tree, orphans) = (new WatchTree(), new List<int>());
            var plain = new Dictionary<string, int>();
            tree.AddRoot(0, "/root", 1, orphans);
            Assert.True(tree.TryRoot(0, out var root));
            foreach (var (step, watch, parts) in steps)
            {
                var path = string.Join('/', parts);
                var expected = new List<int>();
                switch (step)
                {
                    case 0 or 1:
                        if (plain.TryGetValue(path, out var before) && before != watch) expected.Add(before);
                        foreach (var (other, value) in plain.ToArray())
                            if (value == watch) plain.Remove(other);
                        plain[path] = watch;
                        tree.Add(root, path, watch, orphans);
                        break;
                    case 2:
                        foreach (var (other, value) in plain.ToArray())
                            if ((other + "/").StartsWith(path + "/", StringComparison.Ordinal) && plain.Remove(other)) expected.Add(value);
                        if (Find(tree, root, parts) is { } branch) tree.Remove(branch, orphans);
                        break;
                    default:
                        foreach (var (other, value) in plain.ToArray())
                            if (value == watch) plain.Remove(other);
                        tree.Forget(watch);
                        break;
                }
                Assert.Equal(expected.Order(), orphans.Order());
                orphans.Clear();
                Assert.Equal(plain.Count + 1, tree.Count);
                foreach (var (other, value) in plain) Assert.Equal(other, PathOf(tree, value));
                // A branch that is there has a reason to be.
                Assert.Equal(plain.Keys.Any(k => k == "a" || k.StartsWith("a/", StringComparison.Ordinal)), tree.TryChild(root, "a", out _));
            }
        });

    static WatchTree.Branch? Find(WatchTree tree, WatchTree.Branch root, char[] parts)
    {
        var at = root;
        foreach (var part in parts)
        {
            if (!tree.TryChild(at, part.ToString(), out var next)) return null;
            at = next;
        }
        return at;
    }

    static string PathOf(WatchTree tree, int watch)
    {
        Assert.True(tree.TryWatch(watch, out var branch));
        Span<char> path = stackalloc char[64];
        return new(path[..WatchTree.WritePath(branch, path)]);
    }
}
