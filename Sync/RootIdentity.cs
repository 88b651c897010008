namespace S3Sync.Sync;

/// <summary>What tells a directory from every other one that may come to have its path. A value.</summary>
/// <param name="Volume">What stays of the volume when it is taken away and comes back, also after a restart of the machine, as far as the system knows it.</param>
/// <param name="Device">The number the system knows the volume by at present; every file directly on it has the same. Never 0. Not part of the identity: it may change.</param>
/// <param name="Directory">The directory on that volume.</param>
readonly record struct RootIdentity(ulong Volume, ulong Device, ulong Directory)
{
    /// <summary>Stands for a <see cref="Device"/> that nobody knows (any more): no volume has it.</summary>
    public const ulong NoDevice = ulong.MaxValue;

    /// <summary>True if both are the same directory.</summary>
    public bool IsSame(in RootIdentity other) => Volume == other.Volume && Directory == other.Directory;
}
