using System;
using System.Collections.Generic;
using System.Security;
using System.Text.RegularExpressions;

namespace S3Sync.Tests.Support.S3;

/// <summary>An answer before it is sent: what the operations make and the faults spoil.</summary>
sealed partial class S3Reply(int status = 200)
{
    public int Status => status;

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>Sent as a header, without quotes until <see cref="Respell"/>, unless there is <see cref="Xml"/>: then it is in that.</summary>
    public string? ETag { get; set; }

    /// <summary>Sent as a header, unless there is <see cref="Xml"/>: then it is in that.</summary>
    public Checksum? Checksum { get; set; }

    /// <summary>A body of XML, null for none.</summary>
    public string? Xml { get; set; }

    /// <summary>The object whose bytes are the body, null for none.</summary>
    public Content? Content { get; init; }

    /// <summary>Where in <see cref="Content"/> the body begins.</summary>
    public long Offset { get; init; }

    /// <summary>How many of its bytes there are.</summary>
    public long Count { get; init; }

    /// <summary>The answer to HEAD: the length of a body, but no body.</summary>
    public bool HeadersOnly { get; init; }

    /// <summary>True where the connection is to be dropped half-way.</summary>
    public bool Half { get; set; }

    /// <summary>True where the answer does not say how long the object is.</summary>
    public bool WithoutLength { get; set; }

    /// <summary>How long white space is sent in front of the answer, once its work is done.</summary>
    public TimeSpan White { get; set; }

    /// <summary>Writes ETags and checksums as the profile has them.</summary>
    public void Respell(Profile profile)
    {
        ETag = ETag is { Length: > 0 } tag && Xml is null ? profile.Spelling(tag) : ETag;
        Xml = Xml is null ? null : Tags().Replace(Xml, found => SecurityElement.Escape(profile.Spelling(found.Groups[1].Value)));
        if (Checksum is not { } checksum)
            return;
        Checksum = checksum with { Value = profile.Sum(checksum.Value) };
        Xml = Xml?.Replace(checksum.Value, profile.Sum(checksum.Value));
    }

    [GeneratedRegex("&quot;([0-9a-f]{32}(?:-[0-9]+)?)&quot;")]
    private static partial Regex Tags();

    /// <summary>Adds a header unless its value is null.</summary>
    public S3Reply With(string name, string? value)
    {
        if (value is not null)
            Headers.Add(new(name, value));
        return this;
    }

    public static S3Reply Of(S3Error error, S3Request? request, string requestId)
    {
        var reply = new S3Reply(error.Status) { HeadersOnly = request?.Method == "HEAD" };
        reply.With("Location", error.Location);
        var xml = new S3Xml("Error", withNamespace: false).Element("Code", error.Code).Element("Message", error.Message);
        if (error.Location is { } location)
            xml.Element("Endpoint", new Uri(location).Authority);
        reply.Xml = xml.Element("Resource", request?.Target.Path ?? "").Element("RequestId", requestId).ToString();
        return reply;
    }

    public void LieAboutETag()
    {
        if (ETag is not { Length: > 0 } honest)
            return;
        ETag = Other(honest);
        Xml = Xml?.Replace(honest, ETag);
    }

    public void LieAboutChecksum()
    {
        if (Checksum is not { } honest)
            return;
        Checksum = honest with { Value = Other(honest.Value) };
        Xml = Xml?.Replace(honest.Value, Checksum.Value.Value);
    }

    /// <summary>Still hexadecimal, still base64, but of other bytes.</summary>
    static string Other(string honest) => (honest[0] == 'a' ? 'b' : 'a') + honest[1..];
}
