using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync;

/// <summary>
/// Notices that the settings file was changed while a run is under way: what can change without a restart does, the rest is said, and a file that cannot
/// be used changes nothing. Has a thread of its own.
/// </summary>
sealed class SettingsWatch : IDisposable
{
    /// <summary>What a run takes up while it goes on.</summary>
    public static readonly Option[] Live = [OptionTable.LogLevel, OptionTable.Quiet, OptionTable.RescanInterval, OptionTable.WatcherInterval, OptionTable.UnsureInterval, OptionTable.UploaderThreads, OptionTable.Bandwidth,
        OptionTable.Filter, OptionTable.TakeTemporary, OptionTable.MinSize, OptionTable.MaxSize, OptionTable.MinAge, OptionTable.MaxAge, OptionTable.SkipHidden];

    // A change counts once the file has stayed the same from one look to the next: not every editor replaces it at once.
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(0.5);

    readonly string path;
    readonly Func<Reading> read;
    readonly Action<Settings.Settings> apply;
    readonly ILogger log;
    readonly Thread thread;
    readonly ManualResetEventSlim ended = new();
    // Of the thread.
    Layer values;
    (DateTime Written, long Size) taken, seen;

    SettingsWatch(string path, Func<Reading> read, Action<Settings.Settings> apply, ILogger log)
    {
        (this.path, this.read, this.apply, this.log) = (path, read, apply, log);
        taken = seen = StampOf(path);
        values = JsonFile.Read(path, path, []);
        thread = new(() => Run(Interval)) { Name = "settings", IsBackground = true };
    }

    /// <summary>Begins to look after the file; null where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads all settings again, from all their sources.</param>
    /// <param name="apply">Takes up what of them can change; on a thread of its own.</param>
    /// <param name="log">Is told of every change.</param>
    public static SettingsWatch? Open(string? path, Func<Reading> read, Action<Settings.Settings> apply, ILogger log)
    {
        if (path is null)
        {
            return null;
        }
        var watch = new SettingsWatch(path, read, apply, log);
        watch.thread.Start();
        return watch;
    }

    public void Dispose()
    {
        ended.Set();
        // The file may be on a volume that hangs.
        if (thread.Join(LongestEnd))
        {
            ended.Dispose();
        }
    }

    void Run(TimeSpan interval)
    {
        while (!ended.Wait(interval))
        {
            var now = StampOf(path);
            if (now == seen && now != taken)
            {
                taken = now;
                Take();
            }
            seen = now;
        }
    }

    void Take()
    {
        var reading = read();
        if (reading.Settings is not { } settings)
        {
            foreach (var problem in reading.Problems)
            {
                log.SettingsRefused(problem.What, problem.Hint);
            }
            return;
        }
        var fresh = JsonFile.Read(path, path, []);
        var changed = OptionTable.In(Sources.File).Where(option => !Given(values, option).SequenceEqual(Given(fresh, option))).ToList();
        var old = values;
        values = fresh;
        apply(settings);
        foreach (var option in changed)
        {
            // What the environment or the command line gives is not for the file to change.
            if (settings.Origins[option.Name] > Origin.File)
            {
                log.SettingOverridden(option.JsonKey);
            }
            else if (Live.Contains(option))
            {
                log.SettingChanged(option.JsonKey, Said(fresh, option), Said(old, option));
            }
            else
            {
                log.SettingLater(option.JsonKey, Said(fresh, option), Said(old, option));
            }
        }
    }

    /// <summary>A value as the file has it, or the one that holds where it has none.</summary>
    static string Said(Layer layer, Option option)
    {
        var given = string.Join(", ", Given(layer, option).Select(one => Problem.Escape(option.MayHoldPassword ? EndpointRules.WithoutLogin(one.Text) : one.Text)));
        return given.Length > 0 ? given : option.Default ?? (option.Kind == Kind.Flag ? "false" : "not given");
    }

    /// <summary>Of the rules also those that directories have for themselves: these too can change without a restart, unlike the directories.</summary>
    static IEnumerable<Given> Given(Layer layer, Option option)
    {
        var all = (layer[option] ?? []).Select(one => one with { Filters = null });
        return option != OptionTable.Filter ? all : all.Concat((layer[OptionTable.WatchDir] ?? []).Where(one => one.Filters is not null)
            .Select(one => one with { Text = $"{one.Text}: {one.Filters!.Replace("\n", ", ", StringComparison.Ordinal)}", Filters = null }));
    }

    /// <summary>What tells one content from another; nothing where there is no file.</summary>
    static (DateTime, long) StampOf(string path)
    {
        var file = new FileInfo(path);
        try
        {
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (IOException)
        {
            return default;
        }
    }
}
