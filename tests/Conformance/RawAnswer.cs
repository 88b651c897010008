using System.Collections.Generic;
using System.Text;
using System.Xml.Linq;

namespace S3Sync.Tests.Conformance;

/// <summary>What came back, names of headers in lower case.</summary>
sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The code of S3's error document, empty without one.</summary>
    public string Code => Body.Length > 0 && Status >= 300 ? Value(XElement.Parse(Text), "Code") : "";

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The ETag without quotes, empty where there is none.</summary>
    public string ETag => Headers.GetValueOrDefault("etag", "").Trim('"');

    /// <summary>"200", or "403 AccessDenied": what a test expects, in one value.</summary>
    public string Outcome => Code.Length == 0 ? Status.ToString() : $"{Status} {Code}";

    public static string Value(XElement parent, string name) => parent.Element(parent.Name.Namespace + name)?.Value ?? "";
}
