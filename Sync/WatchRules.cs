using System;

namespace S3Sync.Sync;

/// <summary>What the watcher must know of the settings.</summary>
/// <param name="Quiet">How long a file must have been left alone.</param>
/// <param name="Rescan">How often everything is scanned; null for never (with --once).</param>
/// <param name="Limit">How many files may settle at the same time.</param>
readonly record struct WatchRules(TimeSpan Quiet, TimeSpan? Rescan, int Limit);
