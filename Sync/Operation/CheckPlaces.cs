using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>Checks what is on this machine: the ledger and the watched directories. Changes nothing.</summary>
static class CheckPlaces
{
    // Less than this, and a burst of files fills the volume before they are uploaded.
    const double LittleSpace = 0.05;
    // The ledger of ten million files takes a few GB; with less than this left it may stop any day.
    const long LittleForLedger = 256L << 20;

    // Enough to meet the files of every producer in most directories.
    const int MostOpened = 100;

    // A disk may have to start up; and a directory may have a million names.
    static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(5), ToLookAt = TimeSpan.FromMinutes(2);

    public static void Ledger(Settings.Settings settings, CheckList list)
    {
        var path = settings.Ledger;
        try
        {
            using var reader = LedgerReader.Open(path);
            if (reader is null)
            {
                list.Ok("ledger", $"{path}: none yet, the first run makes it");
            }
            else
            {
                list.Ok("ledger", $"{path}: version {Schema.Version}, {Units.Bytes(reader.Size)}");
            }
        }
        catch (LedgerException e)
        {
            list.Failed("ledger", $"{path}: {e.Message}", e.Hint);
        }
        if (Platform.WhyShared(Path.GetDirectoryName(path)!) is { } shared)
        {
            list.Warning("ledger", shared.What, shared.Hint);
        }
        if (VolumeOf(path) is { } volume)
        {
            if (volume.AvailableFreeSpace < LittleForLedger)
            {
                list.Warning("ledger", $"its volume has only {Units.Bytes(volume.AvailableFreeSpace)} free", "make room: without it nothing can be recorded, and everything stops");
            }
            else
            {
                list.Ok("ledger", $"its volume ({volume.DriveFormat}) has {Units.Bytes(volume.AvailableFreeSpace)} free");
            }
        }
    }

    /// <summary>Checks a directory, which may be on a volume that does not answer.</summary>
    public static void Directory(Root root, Settings.Settings settings, CheckList list)
    {
        if (!Limited.TryAsk(root.Path, () => System.IO.Directory.Exists(root.Path), ToAnswer, out _) || !list.TryTake(own => DirectoryThere(root, settings, own), root.Path, ToLookAt))
        {
            list.Failed("directory", $"{Shown.Name(root.Path)} does not answer", "look at its disk, or at the server of its share; a run goes on with the directories of other volumes, and takes this one up once it answers");
        }
    }

    static void DirectoryThere(Root root, Settings.Settings settings, CheckList list)
    {
        var subject = "directory";
        var shown = Shown.Name(root.Path);
        long files = 0, directories = 0;
        List<string> some = [];
        var disk = Platform.OpenDisk([root.Path]);
        var listed = disk.List(root.Path, entry =>
        {
            files += entry.Kind == EntryKind.File ? 1 : 0;
            if (entry is { Kind: EntryKind.File, Name: { } name } && some.Count < MostOpened)
            {
                some.Add(root.FullPath(name));
            }
            directories += entry.Kind == EntryKind.Directory ? 1 : 0;
        });
        if (!listed.Ok)
        {
            list.Failed(subject, $"{shown} cannot be read: {listed.Why}", "give the account that runs s3sync the right to list it and to read its files");
            return;
        }
        list.Ok(subject, $"{shown} for s3://{root.Bucket}/{Shown.Name(Keys.Head(root.Prefix))}: {Units.Count(files, "file")} and {Units.Count(directories, "directory", "directories")} at its top");
        if (!settings.Keep && !Platform.MayDeleteIn(root.Path))
        {
            list.Failed(subject, $"{shown}: this account may not delete in it", "give it that right, or run with --keep, which deletes nothing");
        }
        if ((Platform.DoubtIn(root.Path) ?? DoubtOf(disk, some)) is { } doubt)
        {
            list.Warning(subject, $"{shown}: whether a file there is still being written cannot always be told, as {doubt.Why}: such a file is taken once it has not changed for {Shown.Time(settings.UnsureInterval)} (--unsure-interval)", doubt.Help);
        }
        if (VolumeOf(root.Path) is { } volume)
        {
            var (free, total) = (volume.AvailableFreeSpace, volume.TotalSize);
            var what = string.Create(CultureInfo.InvariantCulture, $"{shown} is on {(volume.DriveType == DriveType.Network ? "a share" : "a disk")} ({volume.DriveFormat}) with {Units.Bytes(free)} of {Units.Bytes(total)} free");
            if (total > 0 && free < total * LittleSpace)
            {
                list.Warning(subject, what, "while the bucket is out of reach files stay here: make room for a day of them");
            }
            else
            {
                list.Ok(subject, what);
            }
        }
    }

    /// <summary>Why it cannot be told of one of these files whether it is still being written; null where it can be told of all.</summary>
    static Doubt? DoubtOf(IDisk disk, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            disk.Open(path, out var file);
            using (file)
            {
                if (file?.Doubt is { } doubt)
                {
                    return doubt;
                }
            }
        }
        return null;
    }

    /// <summary>Bytes free and in all on the volume of a path; null where the system does not tell, or the volume does not answer.</summary>
    public static (long Free, long Total)? RoomOf(string path) =>
        Limited.TryAsk($"room of {path}", () => VolumeOf(path) is { } volume ? (volume.AvailableFreeSpace, volume.TotalSize) : ((long, long)?)null, Limited.Usual, out var room) ? room : null;

    /// <summary>The volume a path is on, or will be; null where the system does not tell.</summary>
    public static DriveInfo? VolumeOf(string path)
    {
        var existing = path;
        while (!System.IO.Directory.Exists(existing) && Path.GetDirectoryName(existing) is { Length: > 0 } parent)
        {
            existing = parent;
        }
        try
        {
            var volume = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(existing)! : existing);
            return volume.IsReady && volume.AvailableFreeSpace >= 0 ? volume : null;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
