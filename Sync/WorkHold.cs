namespace S3Sync.Sync;

/// <summary>
/// Keeps the work count above zero while rows wait in the ledger that nobody holds in memory. The pipeline began it, so that
/// nothing looks drained before the first look into the ledger. Belongs to the ledger's thread.
/// </summary>
sealed class WorkHold(Work work)
{
    bool holds = true;

    public void Set(bool hold)
    {
        if (hold == holds)
        {
            return;
        }
        holds = hold;
        if (hold)
        {
            work.Begin();
        }
        else
        {
            work.End();
        }
    }
}
