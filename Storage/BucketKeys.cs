using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>The signing key for now: made anew each day, for another region, and when the credentials were refreshed. Any thread.</summary>
sealed class BucketKeys(AWSCredentials credentials)
{
    Made? last;

    /// <summary>Throws as the SDK does where credentials cannot be had any more.</summary>
    public async ValueTask<SigningKey> GetAsync(string region, string day)
    {
        // Asked each time: those that expire are refreshed in here, well before they do.
        var now = await credentials.GetCredentialsAsync();
        if (Volatile.Read(ref last) is { } made && made.Region == region && made.Key.Day == day && made.Access == now.AccessKey && made.Secret == now.SecretKey && made.Token == now.Token)
        {
            return made.Key;
        }
        var key = new SigningKey(now.AccessKey, now.SecretKey, now.UseToken ? now.Token : null, day, region);
        Volatile.Write(ref last, new(key, region, now.AccessKey, now.SecretKey, now.Token));
        return key;
    }

    sealed record Made(SigningKey Key, string Region, string Access, string Secret, string Token);
}
