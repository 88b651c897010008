using System;
using System.Threading.Tasks;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>Keys as a source gave them.</summary>
/// <param name="Until">UTC; null where they have no end.</param>
sealed record IssuedKeys(ImmutableCredentials Keys, DateTime? Until);

/// <summary>A way to credentials that this machine has. Made anew whenever keys are wanted, so that nothing in it grows old.</summary>
/// <param name="Name">As it stands in a message after "from": "profile NAME". No secret is in it.</param>
/// <param name="Ask">Asks for keys. Throws whatever the way there throws.</param>
sealed record BucketSource(string Name, Func<Task<IssuedKeys>> Ask)
{
    /// <summary>True if the shared files decided on it: when one of them changes, it is to be made anew.</summary>
    public bool IsProfile { get; init; }

    /// <summary>Keys that were found and are not asked for.</summary>
    public static BucketSource Of(string name, string access, string secret, string? token) => new(name, () => Task.FromResult(new IssuedKeys(new(access, secret, string.IsNullOrEmpty(token) ? null : token), null)));
}
