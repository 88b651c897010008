using System;
using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>
/// A directory that only this account and the administrators can use, held open: whatever takes its name later is not what is used here.
/// Members throw <see cref="System.IO.IOException"/> or <see cref="UnauthorizedAccessException"/>. One thread.
/// </summary>
interface IPrivateDirectory : IDisposable
{
    /// <summary>The names in it that are text, at most <paramref name="most"/> of them.</summary>
    List<string> Names(int most);

    /// <summary>
    /// Reads a file of this account or an administrator, at most <paramref name="most"/> bytes, without following a link or waiting for anybody.
    /// Null with <paramref name="why"/> it was not read; null and no reason where it is gone.
    /// </summary>
    byte[]? Read(string name, int most, out string? why);

    /// <summary>Removes a file; one that is gone is no fault.</summary>
    void Remove(string name);

    /// <summary>Makes a file with all its bytes under a first name, then gives it the second.</summary>
    void Write(string first, string second, ReadOnlySpan<byte> bytes);
}
