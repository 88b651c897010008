namespace S3Sync.Sync;

/// <summary>What an attempt was let through as; given back when it ends.</summary>
/// <param name="Probe">The number of a probing attempt; 0 for any other.</param>
/// <param name="Era">How often the lane had been made narrower by then.</param>
readonly record struct Pass(long Probe, int Era)
{
    public bool IsProbe => Probe != 0;
}
