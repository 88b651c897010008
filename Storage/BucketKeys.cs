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
    /// <param name="second">Since the year 1. The credentials are asked for once a second: those that expire are refreshed in there, minutes before they do.</param>
    public ValueTask<SigningKey> GetAsync(string region, long second, string day) =>
        Volatile.Read(ref last) is { } made && made.Second == second && made.Region == region && made.Key.Day == day ? new(made.Key) : AskAsync(region, second, day);

    async ValueTask<SigningKey> AskAsync(string region, long second, string day)
    {
        var now = await credentials.GetCredentialsAsync();
        var made = Volatile.Read(ref last);
        var isSame = made is not null && made.Region == region && made.Key.Day == day && made.Access == now.AccessKey && made.Secret == now.SecretKey && made.Token == now.Token;
        var key = isSame ? made!.Key : new SigningKey(now.AccessKey, now.SecretKey, now.UseToken ? now.Token : null, day, region);
        Volatile.Write(ref last, new(key, second, region, now.AccessKey, now.SecretKey, now.Token));
        return key;
    }

    sealed record Made(SigningKey Key, long Second, string Region, string Access, string Secret, string Token);
}
