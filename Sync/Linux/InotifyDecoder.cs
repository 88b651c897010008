using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.Versioning;
using System.Text;

namespace S3Sync.Sync.Linux;

/// <summary>Turns inotify events into notifications and keeps the tree of watches true to them. Used by the thread in Wait, under the gate of <see cref="InotifyWatch"/>.</summary>
/// <param name="tree">What each watch stands for.</param>
/// <param name="orphans">Gets the watches that stand for nothing any more; the owner removes them from the kernel.</param>
[SupportedOSPlatform("linux")]
sealed class InotifyDecoder(WatchTree tree, List<int> orphans)
{
    /// <summary>Grows to the longest path seen.</summary>
    char[] path = new char[1024];

    /// <summary>Adds what the buffer says to <paramref name="into"/>.</summary>
    public void Decode(ReadOnlySpan<byte> buffer, List<Notification> into)
    {
        var parser = new InotifyParser(buffer);
        while (parser.TryNext(out var watch, out var mask, out var name))
        {
            if ((mask & InotifyMask.QueueOverflow) != 0) Overflow(into);
            else if (tree.TryWatch(watch, out var branch)) One(branch, watch, mask, name, into);
        }
        // What cannot be read is as good as lost.
        if (parser.Broken) Overflow(into);
    }

    void Overflow(List<Notification> into)
    {
        foreach (var root in tree.Roots) into.Add(new(Sign.Overflow, root, ""));
    }

    void One(WatchTree.Branch branch, int watch, InotifyMask mask, ReadOnlySpan<byte> name, List<Notification> into)
    {
        const InotifyMask end = InotifyMask.Ignored | InotifyMask.DeleteSelf | InotifyMask.MoveSelf | InotifyMask.Unmount;
        if ((mask & end) != 0)
        {
            if (branch.Parent is null)
            {
                tree.Remove(branch, orphans);
                into.Add(new(Sign.Lost, branch.Root, ""));
            }
            else if ((mask & InotifyMask.Ignored) != 0) tree.Forget(watch);
            return;
        }
        if (name.IsEmpty) return;
        if (!ByteName.IsText(name))
        {
            if ((mask & InotifyMask.MovedFrom) == 0) into.Add(new(Sign.Unnameable, branch.Root, PathOf(branch, name)));
            return;
        }
        if ((mask & InotifyMask.MovedFrom) != 0)
        {
            if ((mask & InotifyMask.IsDirectory) != 0) MovedAway(branch, name, into);
            return;
        }
        var sign = (mask & InotifyMask.IsDirectory) != 0 ? Sign.Directory
            : (mask & InotifyMask.Create) != 0 ? Sign.Touched
            : (mask & InotifyMask.MovedTo) != 0 ? Sign.Moved
            : Sign.Complete;
        into.Add(new(sign, branch.Root, PathOf(branch, name)));
    }

    void MovedAway(WatchTree.Branch parent, ReadOnlySpan<byte> name, List<Notification> into)
    {
        var text = Encoding.UTF8.GetString(name);
        if (!tree.TryChild(parent, text, out var moved)) return;
        var relative = PathOf(parent, name);
        tree.Remove(moved, orphans);
        // Another one may have the name already (RENAME_EXCHANGE does both at once) and be covered: then the watch just dropped was its.
        if (IsDirectory(parent, relative)) into.Add(new(Sign.Directory, parent.Root, relative));
    }

    static bool IsDirectory(WatchTree.Branch branch, string relative)
    {
        while (branch.Parent is { } parent) branch = parent;
        using var place = new NativePath(Path.Join(branch.Name, relative), stackalloc byte[NativePath.ScratchBytes]);
        return place.Error == 0
            && Statx.Read(place.Directory, ref place.Name, fresh: false, out var found) == 0
            && found.Kind == EntryKind.Directory;
    }

    string PathOf(WatchTree.Branch branch, ReadOnlySpan<byte> name)
    {
        int length;
        // No byte makes more than the four characters of its escape.
        while ((length = WatchTree.WritePath(branch, path)) < 0 || length + 1 + (name.Length * 4) > path.Length) path = new char[path.Length * 2];
        if (length > 0) path[length++] = '/';
        if (ByteName.IsText(name)) length += Encoding.UTF8.GetChars(name, path.AsSpan(length));
        else
        {
            var shown = ByteName.Shown(name);
            shown.CopyTo(path.AsSpan(length));
            length += shown.Length;
        }
        return new(path, 0, length);
    }
}
