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

    /// <summary>
    /// What it saw since then, nothing where it does not tell; and every object of the bucket by its key.
    /// </summary>
    Task<(Seen Seen, Dictionary<string, StoredObject> Objects)> ObjectsAsync();
}

/// <summary>An object as a server has it.</summary>
/// <param name="Hash">The sum of the hashes of its pieces as <see cref="Tree"/> makes them; 0 where that is not
/// known.</param>
/// <param name="Time">When it was there, in us since 1970; 0 where that is not known.</param>
readonly record struct StoredObject(long Length, ulong Hash, long Time);
