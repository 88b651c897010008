using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

namespace S3Sync.Tests.Support.S3;

/// <summary>The XML body of a request. Namespaces are not looked at: clients differ in them and S3 forgives it.</summary>
sealed class S3Document(XElement root)
{
    /// <summary>Receives and reads a body as S3 does; throws MalformedXML, and what <see cref="ReceivedBody.Receive"/> throws.</summary>
    public static async Task<S3Document> Receive(S3Request request, S3ServerOptions options, Profile profile)
    {
        var body = await ReceivedBody.Receive(request, options with { DiscardBodies = false, Directory = null }, profile);
        var text = new MemoryStream();
        await body.Content.Read(0, body.Content.Length, async bytes => await text.WriteAsync(bytes));
        text.Position = 0;
        try
        {
            using var reader = XmlReader.Create(text, new() { DtdProcessing = DtdProcessing.Prohibit });
            return new(XElement.Load(reader));
        }
        catch (XmlException)
        {
            throw S3Error.MalformedXml();
        }
    }

    /// <summary>All of it.</summary>
    public string Text => root.ToString();

    /// <summary>The elements of that name right below this one.</summary>
    public IEnumerable<S3Document> All(string name) => root.Elements().Where(one => one.Name.LocalName == name).Select(one => new S3Document(one));

    /// <summary>The text of the element of that name, null where there is none.</summary>
    public string? Value(string name) => root.Elements().FirstOrDefault(one => one.Name.LocalName == name)?.Value;
}
