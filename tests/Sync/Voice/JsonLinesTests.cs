using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using S3Sync.Sync;
using S3Sync.Sync.Voice;
using S3Sync.Tests.Support;
using Xunit;
using ZLogger;
using ZLogger.Providers;

namespace S3Sync.Tests.Sync.Voice;

/// <summary>The log for programs: one object a line, its fields named as the README says.</summary>
public sealed class JsonLinesTests
{
    static readonly MethodInfo[] Events = [.. typeof(Log).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(ILogger))];

    static JsonElement[] Lines(Action<ILogger> say)
    {
        var output = new MemoryStream();
        using (var provider = new ZLoggerStreamLoggerProvider(output, new ZLoggerOptions().UseFormatter(() => new JsonLines())))
            say(provider.CreateLogger("s3sync"));
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    [Fact]
    public void ALineHasTheTimeInUtcTheLevelTheEventItsMessageAndItsFields()
    {
        var line = Assert.Single(Lines(log => log.Finished("/in/語 \"a\"\\u0007", "bucket", "in/語", 12345)));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.GetProperty("time").GetString()!);
        Assert.InRange(line.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        Assert.Equal(("info", "finished", "/in/語 \"a\"\\u0007", "bucket", "in/語", 12345), (line.GetProperty("level").GetString(), line.GetProperty("event").GetString(),
            line.GetProperty("path").GetString(), line.GetProperty("bucket").GetString(), line.GetProperty("key").GetString(), line.GetProperty("bytes").GetInt64()));
        Assert.Equal("uploaded and deleted /in/語 \"a\"\\u0007 as s3://bucket/in/語, 12345 bytes", line.GetProperty("message").GetString());
    }

    [Fact]
    public void AMessageThatIsAllThereIsIsNotSaidTwice() =>
        Assert.Equal(JsonLines.Common, Assert.Single(Lines(log => log.Note("one")).Single().EnumerateObject().Select(field => field.Name).Chunk(9)));

    [Fact]
    public void EveryEventIsWrittenWithItsFieldsInItsLevel()
    {
        Assert.NotEmpty(Events);
        foreach (var method in Events)
        {
            var line = Assert.Single(Lines(log => method.Invoke(null, [log, .. method.GetParameters()[1..].Select(parameter => parameter.ParameterType == typeof(string) ? "text" : Convert.ChangeType(7, parameter.ParameterType, null))])));
            Assert.Equal(JsonLines.NameOf(new(0, method.Name)), line.GetProperty("event").GetString());
            var own = method.GetParameters()[1..].Select(parameter => parameter.Name!).Where(name => name != "what").ToArray();
            Assert.Equal([.. JsonLines.Common, .. own.Order()], line.EnumerateObject().Select(field => field.Name).Take(4).Concat(line.EnumerateObject().Select(field => field.Name).Skip(4).Order()));
            Assert.All(own, name => Assert.DoesNotContain(name, JsonLines.Common));
        }
    }

    [Fact]
    public void TheReadmeHasATableOfAllEventsAndTheirFields()
    {
        Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");
        var table = new StringBuilder("| event | level | fields |\n|---|---|---|\n");
        foreach (var method in Events.OrderBy(method => method.Name, StringComparer.Ordinal))
        {
            var fields = string.Join(", ", method.GetParameters()[1..].Where(parameter => parameter.Name != "what").Select(parameter => $"`{parameter.Name}`"));
            table.Append($"| `{JsonLines.NameOf(new(0, method.Name))}` | {LevelOf(method)} | {fields} |\n");
        }
        Assert.Contains($"<!-- events -->\n{table}<!-- /events -->", Repository.Read("README.md"), StringComparison.Ordinal);
    }

    /// <summary>One name means one thing, in one form, wherever it stands.</summary>
    [Fact]
    public void AFieldHasOneTypeInAllEvents() =>
        Assert.All(Events.SelectMany(method => method.GetParameters()[1..]).GroupBy(parameter => parameter.Name),
            field => Assert.Single(field.Select(parameter => parameter.ParameterType == typeof(string)).Distinct()));

    static string LevelOf(MethodInfo method) => Lines(log => method.Invoke(null, [log, .. method.GetParameters()[1..].Select(parameter => parameter.ParameterType == typeof(string) ? "text" : Convert.ChangeType(7, parameter.ParameterType, null))]))[0].GetProperty("level").GetString()!;
}
