using System;
using System.Collections.Generic;
using System.Linq;

namespace S3Sync.Sync.Settings;

/// <summary>What every source says of a name it does not know.</summary>
static class Unknown
{
    // The names that the AWS tools, SDKs and other S3 programs use for keys, without their hyphens and underscores.
    static readonly string[] Keys = ["accesskey", "secretkey", "secretaccess", "sessiontoken", "securitytoken", "password", "credential", "apikey"];

    /// <summary>True for a name that promises a secret. What stands behind it is never shown.</summary>
    public static bool PromisesSecret(string name)
    {
        var bare = name.Replace("-", "").Replace("_", "").ToLowerInvariant();
        // A path is no secret: awsCredentialFile is a misspelt option.
        return !bare.EndsWith("file", StringComparison.Ordinal) && (bare is "secret" or "token" || Keys.Any(key => bare.Contains(key, StringComparison.Ordinal)));
    }

    /// <summary>The problem with a name that no option has.</summary>
    /// <param name="what">What it is: <c>option</c>, <c>key</c>, <c>environment variable</c>.</param>
    /// <param name="name">The name as written.</param>
    /// <param name="place">Where, with a space in front, or empty.</param>
    /// <param name="known">The names that would be right.</param>
    /// <param name="otherwise">The hint where none of them is near.</param>
    public static Problem Name(string what, string name, string place, IEnumerable<string> known, string otherwise = "s3sync --help lists the options")
    {
        if (PromisesSecret(name))
        {
            return new($"{what} {Problem.Quote(name)}{place}: s3sync takes no keys of its own",
                "remove it; credentials come from the AWS chain: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile (--profile NAME), or the machine's role");
        }
        return new($"unknown {what} {Problem.Quote(name)}{place}",
            Nearest.To(name, known) is { } near ? $"did you mean {near}?" : otherwise);
    }
}
