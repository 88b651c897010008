using System;
using System.Linq;

namespace S3Sync.Storage;

/// <summary>
/// Keys and tokens in clear to another machine: only where the settings allow it. Pure.
/// </summary>
static class PlainHttp
{
    // Of the machine itself, as the AWS tools have them, and reached by http only:
    // https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html,
    // https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
    static readonly string[] ofThisMachine =
        ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "169.254.169.254", "[fd00:ec2::254]"];

    public static bool IsRefused(Uri address, bool allowHttp) =>
        address.Scheme != Uri.UriSchemeHttps && !allowHttp && !address.IsLoopback
        && !ofThisMachine.Contains(address.Host);

    /// <summary>
    /// Throws <see cref="BucketCredentialsException"/> for an address that nothing secret may be
    /// sent to.
    /// </summary>
    /// <param name="from">What names the address, where that is known.</param>
    public static void Refuse(Uri address, bool allowHttp, string? from = null)
    {
        if (IsRefused(address, allowHttp))
        {
            var which = $"{(from is null ? "" : from + ": ")}the address {address.GetLeftPart(UriPartial.Authority)}";
            throw new BucketCredentialsException(
                $"{which} is plain http: others on the way can read keys and tokens",
                "give an https URL, or --allow-http where that network is your own");
        }
    }

    /// <summary>
    /// The address that a variable or a profile names. Throws as <see cref="Refuse"/>, and where it
    /// is none.
    /// </summary>
    public static Uri Parse(string text, bool allowHttp, string from)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)
            || address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new BucketCredentialsException($"{from}: '{text}' is no http or https URL", "give https://host");
        }
        Refuse(address, allowHttp, from);
        return address;
    }
}
