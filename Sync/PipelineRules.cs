using System;
using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What a run must know of the settings.</summary>
sealed record PipelineRules
{
    public required IReadOnlyList<Root> Roots { get; init; }

    /// <summary>How long a file must have been left alone before it is taken.</summary>
    public required TimeSpan Quiet { get; init; }

    /// <summary>The same where the system cannot tell whether somebody writes the file.</summary>
    public TimeSpan Unsure { get; init; }

    /// <summary>How often everything is scanned.</summary>
    public required TimeSpan Rescan { get; init; }

    /// <summary>Bytes of a part; a file up to this long goes in one request.</summary>
    public required int PartSize { get; init; }

    /// <summary>Bytes of all upload buffers together.</summary>
    public required long BufferMemory { get; init; }

    public required int Uploaders { get; init; }

    /// <summary>Which of the waiting files goes first.</summary>
    public Order Order { get; init; }

    /// <summary>Upload and record, delete nothing.</summary>
    public required bool Keep { get; init; }

    /// <summary>How long a file is kept after its upload, and then deleted; null for no time.</summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>Bytes that shall be free: files are kept until less is, and then go in the order of their uploads; null where they are not kept for that.</summary>
    public long? KeepFree { get; init; }

    /// <summary>True if files stay for a while after their upload; the bucket is asked again before one is deleted.</summary>
    public bool KeepsForAWhile => KeepFor is not null || KeepFree is not null;

    /// <summary>Bytes free for this account on the volume of a directory; null where the system does not tell.</summary>
    public Func<string, long?> FreeOf { get; init; } = Platform.FreeOf;

    /// <summary>When deletions must hold back.</summary>
    public DeleteLimits DeleteLimits { get; init; }

    /// <summary>Remove directories that are empty.</summary>
    public bool RemoveEmpty { get; init; }

    /// <summary>How long a name is remembered after its file was deleted here; null for ever.</summary>
    public TimeSpan? ForgetAfter { get; init; }

    public required bool AcceptUnproven { get; init; }

    /// <summary>How fast files may be sent; null for no limit.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>End when there is nothing left to do.</summary>
    public required bool Once { get; init; }

    /// <summary>With Once: how long the endpoint may fail before the run gives up.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>How long what is in flight may take to finish when the run is stopped.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>Limits that others keep, for who asks what is in force: names as in <see cref="VitalNames"/>.</summary>
    public IReadOnlyList<(string Name, long Value)> OtherLimits { get; init; } = [];
}
