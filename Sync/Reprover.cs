using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Decides about a file that was touched after its upload (permissions, a link, an attribute) but seems the same: reads it again and compares
/// with the receipt. Only identical bytes may be deleted.
/// </summary>
sealed class Reprover(IDisk disk, Buffers buffers, UploadRules rules, TimeProvider clock)
{
    readonly QuietTime quietTime = new(clock);

    /// <summary>The file's stamp of now if it is the same file, of the same length and last write, with exactly the bytes of the receipt; else null.</summary>
    public async Task<Stamp?> SameContentAsync(Job job, CancellationToken stop)
    {
        var receipt = job.Receipt;
        if (receipt.Kind == ChecksumKind.None || !disk.Look(job.FullPath, out var seen).Ok || seen with { Changed = job.Stamp.Changed } != job.Stamp)
        {
            return null;
        }
        if (!disk.Open(job.FullPath, out var file).Ok || file is null)
        {
            return null;
        }
        using (file)
        {
            var partSize = rules.PartSizeOf(file.Stamp.Size);
            // A run with more memory uploaded it.
            if (partSize > buffers.Largest)
            {
                return null;
            }
            try
            {
                // Two seconds at most, and once for all that were touched together.
                if (quietTime.UntilTold(file) is { Ticks: > 0 } untold)
                {
                    await Task.Delay(untold, clock, stop);
                }
                var reader = new PartReader(file, receipt.Kind, buffers, partSize);
                return await reader.DigestAsync(stop) == receipt.Checksum && file.Stamp == seen && file.Unchanged() ? seen : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }
}
