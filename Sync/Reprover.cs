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

    /// <summary>Keeps one volume from holding all buffers; null where there is one volume.</summary>
    public ReadShares? Shares { get; init; }

    /// <summary>The file's stamp of now if it is the same file, of the same length and last write, with exactly the bytes of the receipt; else null.</summary>
    public async Task<Stamp?> SameContentAsync(Job job, CancellationToken stop)
    {
        var receipt = job.Receipt;
        SourceFile? file;
        Stamp seen;
        using (job.Call())
        {
            if (receipt.Kind == ChecksumKind.None || !disk.Look(job.FullPath, out seen).Ok || seen with { Changed = job.Stamp.Changed } != job.Stamp
                || !disk.Open(job.FullPath, out file).Ok || file is null)
            {
                return null;
            }
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
                var reader = new PartReader(file, receipt.Kind, buffers, partSize) { Job = job, Shares = Shares };
                return await reader.DigestAsync(stop) == receipt.Checksum && file.Stamp == seen && reader.Unchanged() ? seen : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }
}
