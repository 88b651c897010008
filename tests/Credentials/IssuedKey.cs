using System;

namespace S3Sync.Tests.Credentials;

/// <summary>Temporary keys as a stand-in gives them out.</summary>
readonly record struct IssuedKey(string Access, string Secret, string Token, DateTimeOffset Until)
{
    /// <summary>As metadata services and the STS of AWS write it.</summary>
    public string End => Until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
