using System;
using System.Linq;
using System.Text;

namespace S3Sync.Sync.Settings;

/// <summary>What S3 demands of buckets, endpoints, regions and prefixes. Pure; each rule gives the problem with a value, or null.</summary>
static class Rules
{
    /// <summary>
    /// True for S3 of AWS itself, also where its address is given as an endpoint (a VPC's, for example).
    /// Machines and load balancers that AWS lets to others have names of amazonaws.com too, and what answers
    /// there may be any server. https://docs.aws.amazon.com/general/latest/gr/s3.html
    /// </summary>
    public static bool IsAws(Uri? endpoint)
    {
        if (endpoint is null)
            return true;
        foreach (var domain in (ReadOnlySpan<string>)[".amazonaws.com", ".amazonaws.com.cn"])
        {
            if (endpoint.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase))
                return IsS3(endpoint.Host[..^domain.Length].ToLowerInvariant().Split('.'));
        }
        return false;
    }

    // From the right: "vpce", a region, "dualstack", each or none of them, and then the service: "s3",
    // "s3-fips", "s3-accesspoint", and what once was "s3-eu-west-1".
    static bool IsS3(ReadOnlySpan<string> labels)
    {
        if (labels is [.., "vpce"])
            labels = labels[..^1];
        if (labels is [.., var region] && IsRegion(region))
            labels = labels[..^1];
        if (labels is [.., "dualstack"])
            labels = labels[..^1];
        return labels is [.., var service]
            && (service == "s3" || IsOfS3(service) || service.StartsWith("s3express-", StringComparison.Ordinal));
    }

    static bool IsRegion(string label) => label.Contains('-') && char.IsAsciiDigit(label[^1]) && !IsOfS3(label);

    static bool IsOfS3(string label) => label.StartsWith("s3-", StringComparison.Ordinal);

    /// <summary>
    /// A bucket's name, or the ARN of an access point. AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html;
    /// others allow what AWS once did (rgw_relaxed_s3_bucket_names): upper case, underscores, 255 characters.
    /// </summary>
    public static Problem? Bucket(string name, string place, bool aws)
    {
        if (AccessPoint.IsArn(name))
            return AccessPoint.WhyNot(name, aws) is var (fault, hint) ? new($"{place}: {Problem.Quote(name)} {fault}", hint) : null;
        var longest = aws ? 63 : 255;
        var why =
            name.Length < 3 || name.Length > longest ? $"is not 3 to {longest} characters long"
            : !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' || !aws && c == '_')
                ? $"has characters other than letters, digits, dots and hyphens{(aws ? "" : " and underscores")}"
            : aws && name.Any(char.IsAsciiLetterUpper) ? "has upper-case letters"
            : !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1]) ? "does not begin and end with a letter or digit"
            : name.Contains("..", StringComparison.Ordinal) ? "has two dots in a row"
            : aws && IsAddress(name) ? "looks like an IP address"
            : null;
        return why is null ? null
            : new($"{place}: bucket name {Problem.Quote(name)} {why}",
                aws ? "3 to 63 lower-case letters, digits, dots and hyphens; only the name, without s3:// or a path"
                : "3 to 255 letters, digits, dots, hyphens and underscores; only the name, without s3:// or a path");
    }

    /// <summary>An endpoint; <paramref name="endpoint"/> is null where there is a problem. A user or password in it is not shown.</summary>
    public static Problem? Endpoint(string url, string place, out Uri? endpoint)
    {
        var good = Uri.TryCreate(url, UriKind.Absolute, out endpoint) && endpoint.Scheme is "http" or "https" && endpoint.Host.Length > 0;
        if (good && endpoint!.UserInfo.Length == 0 && endpoint.Query.Length == 0 && endpoint.Fragment.Length == 0)
            return null;
        endpoint = null;
        if (url.Contains('@'))
            return new($"{place}: the URL has a user or password in it", "give it without; credentials come from the AWS chain");
        return good
            ? new($"{place}: {Problem.Quote(url)} has more than a host, a port and a path", "leave out '?' and '#' and what follows")
            : new($"{place}: {Problem.Quote(url)} is not an http or https URL", "write it whole, for example http://localhost:9000");
    }

    /// <summary>What is wrong with a text that <see cref="Storage.Bandwidth.Parse"/> cannot read.</summary>
    public static Problem NoBandwidth(string text, string place) =>
        new($"{place}: {Problem.Quote(text)} is not a limit", "MB a second, for example 2.5, or from which time on which limit: \"08:00,1 18:30,off\"");

    /// <summary>A region: part of a host name on AWS, any such word elsewhere.</summary>
    public static Problem? Region(string name, string place) =>
        name.Length <= 63 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? null
            : new($"{place}: {Problem.Quote(name)} is not a region", "letters, digits and hyphens, for example eu-central-1");

    /// <summary>An account: 12 digits on AWS, any such word elsewhere. It becomes a header.</summary>
    public static Problem? Owner(string account, string place, bool aws) =>
        aws && !(account.Length == 12 && account.All(char.IsAsciiDigit)) ? new($"{place}: {Problem.Quote(account)} is not an AWS account", "12 digits, without hyphens")
        : account.Length > 128 || !account.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '$' or '@') ? new($"{place}: {Problem.Quote(account)} is not an account", "letters, digits, hyphens, underscores and dots")
        : null;

    /// <summary>
    /// A prefix. Slashes that make empty parts give keys which most tools cannot show; "." and ".." are resolved away by
    /// everything that handles a URL, and would lead to another key.
    /// </summary>
    public static Problem? Prefix(string prefix, string place)
    {
        var quoted = $"{place}: prefix {Problem.Quote(prefix)}";
        if (prefix.StartsWith('/'))
        {
            var rest = prefix.TrimStart('/');
            return new($"{quoted} begins with '/'", rest.Length > 0 ? $"write {Problem.Quote(rest)}" : "for none, give an empty one");
        }
        if (prefix.Contains("//", StringComparison.Ordinal))
            return new($"{quoted} has an empty part: '//'", "write one '/' between two parts");
        if (prefix.Any(char.IsControl))
            return new($"{quoted} has a control character in it", "take it out");
        if (prefix.Split('/').Any(part => part is "." or ".."))
            return new($"{quoted} has a part '.' or '..'", "take it out: keys are not paths");
        if (OperatingSystem.IsWindows() && prefix.Contains('\\'))
            return new($"{quoted} has a '\\' in it", "keys are divided by '/'");
        if (!Keys.IsUtf8(prefix))
            return new($"{quoted} is not valid Unicode", "take out the broken character");
        return Encoding.UTF8.GetByteCount(Keys.Head(prefix)) >= Keys.MaxBytes
            ? new($"{quoted} is too long: a key has at most {Keys.MaxBytes} bytes", "leave room for the files' names")
            : null;
    }

    // Four numbers with dots between.
    static bool IsAddress(string name) => name.Split('.') is { Length: 4 } parts && parts.All(part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit));
}
