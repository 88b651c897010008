using System.Collections.Generic;

namespace S3Sync.Tests.Credentials;

/// <summary>A request that a stand-in got.</summary>
/// <param name="What">The action of STS, or method and path.</param>
/// <param name="Signer">Whose access key signed it; empty for nobody's.</param>
/// <param name="Fields">What it says: the fields of a form, a query, or a JSON object.</param>
/// <param name="Status">How it was answered.</param>
sealed record Asked(string What, string Signer, IReadOnlyDictionary<string, string> Fields, int Status)
{
    public string this[string field] => Fields.TryGetValue(field, out var value) ? value : "";
}
