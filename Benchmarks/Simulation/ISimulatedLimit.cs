using S3Sync.Sync;

namespace S3Sync.Benchmarks;

/// <summary>What says how many requests may be under way: s3sync's own, or one to compare it with. As in
/// <see cref="AdaptiveLimit"/>.</summary>
interface ISimulatedLimit
{
    int Now { get; }

    void Answered(double begun, double now, long bytes, int underWay);

    void Refused(double begun, double now);

    void Lost(double begun, double now);
}

/// <summary>s3sync's own.</summary>
sealed class OwnLimit(int most) : ISimulatedLimit
{
    public AdaptiveLimit Limit { get; } = new(most);

    public int Now => Limit.Now;

    public void Answered(double begun, double now, long bytes, int underWay) =>
        Limit.Answered(begun, now, bytes, underWay);

    public void Refused(double begun, double now) => Limit.Refused(begun, now);

    public void Lost(double begun, double now) => Limit.Lost(begun, now);
}
