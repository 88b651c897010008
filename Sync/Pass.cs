namespace S3Sync.Sync;

/// <summary>What an attempt was let through as; given back when it ends.</summary>
/// <param name="Probe">The number of a probing attempt; 0 for any other.</param>
readonly record struct Pass(long Probe)
{
    public bool IsProbe => Probe != 0;
}
