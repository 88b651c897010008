using System;
using System.Threading.Tasks;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>Keys as a source gave them, without blanks and line ends around them: files and variables written on Windows often have them.</summary>
/// <param name="Keys">Throws <see cref="BucketCredentialsException"/> where a character inside cannot stand in a header.</param>
/// <param name="Until">UTC; null where they have no end.</param>
sealed record IssuedKeys(ImmutableCredentials Keys, DateTime? Until)
{
    public ImmutableCredentials Keys { get; } = Fit(Keys);

    static ImmutableCredentials Fit(ImmutableCredentials keys)
    {
        var (access, secret, token) = (keys.AccessKey.Trim(), keys.SecretKey.Trim(), keys.Token?.Trim());
        Check("access key", access, ' ');
        // It signs and is not sent: other servers than AWS take any text.
        Check("secret key", secret, '\x1F');
        Check("session token", token ?? "", ' ');
        return (access, secret, token) == (keys.AccessKey, keys.SecretKey, keys.Token) ? keys : new(access, secret, string.IsNullOrEmpty(token) ? null : token);
    }

    /// <summary>Throws where a character is not above <paramref name="below"/>, or is not ASCII in what is sent. The value is not shown.</summary>
    static void Check(string what, string value, char below)
    {
        foreach (var character in value)
        {
            if (character <= below || character == '\x7F' || (below == ' ' && character > '~'))
            {
                throw new BucketCredentialsException($"the {what} has a character in it that cannot be (a line end or a blank, perhaps)", "see where it comes from: the environment, the profile, or what issues it");
            }
        }
        if (value.Length == 0 && what != "session token")
        {
            throw new BucketCredentialsException($"the {what} is empty", "see where it comes from: the environment, the profile, or what issues it");
        }
    }
}

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
