using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace S3Sync.Benchmarks;

/// <summary>A server the programs move files into, one after the other.</summary>
interface IComparisonServer : IDisposable
{
    /// <summary>As the table names it.</summary>
    string Name { get; }

    string Url { get; }

    /// <summary>What s3sync has to ask it for: --checksum.</summary>
    string Checksum { get; }

    /// <summary>Empties the bucket.</summary>
    Task ForgetAsync();

    /// <summary>Every object of the bucket by its key, with the sum of the hashes of its pieces as <see cref="Tree"/> makes them; 0 where that is not known.</summary>
    Task<Dictionary<string, (long Length, ulong Hash)>> ObjectsAsync();
}
