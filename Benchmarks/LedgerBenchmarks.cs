using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using S3Sync.Storage;
using S3Sync.Sync;

namespace S3Sync.Benchmarks;

/// <summary>
/// Claim: with one durable commit for all that has arrived, the ledger keeps up with any producer; with one commit a row it would not.
/// A row's whole life is written: found, uploaded with its receipt, deleted.
/// </summary>
[MemoryDiagnoser]
public class LedgerBenchmarks
{
    const int Rows = 4096;

    readonly Receipt receipt = new(ChecksumKind.Crc64Nvme, "rosUhgyXmIg=", "b1946ac92492d2347c6235b4d2611184", null);
    readonly string[] paths = new string[Rows];
    string directory = "";
    Ledger? ledger;
    int root, target, round;

    /// <summary>Rows a commit makes durable.</summary>
    [Params(1, 16, 512)]
    public int PerCommit { get; set; }

    [GlobalSetup]
    public void Open()
    {
        directory = Directory.CreateTempSubdirectory("s3sync-bench-").FullName;
        ledger = Ledger.Open(Path.Join(directory, "ledger.db"));
        root = ledger.RootId("/var/spool/out");
        target = ledger.TargetId("bucket", "out");
    }

    [GlobalCleanup]
    public void Close()
    {
        ledger?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [IterationSetup]
    public void Name()
    {
        round++;
        for (var i = 0; i < Rows; i++)
        {
            paths[i] = $"2026/11/23/{round:00000}/measurement-{i:000000}.csv";
        }
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public void WholeLife()
    {
        Each(path => ledger!.Add(root, path, 1, 1));
        Each(path => ledger!.SetUploaded(root, path, 2, 2, new(1, 4096, 1, 1), target, receipt));
        Each(path => ledger!.SetDeleted(root, path, 3, null));
    }

    void Each(Action<string> write)
    {
        for (var i = 0; i < Rows; i++)
        {
            ledger!.Begin();
            write(paths[i]);
            if ((i + 1) % PerCommit == 0)
            {
                ledger.Commit();
            }
        }
        ledger!.Commit();
    }
}
