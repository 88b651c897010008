using System;
using System.Linq;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync.Settings;

/// <summary>Whatever anybody gives, the answer is settings or problems that each have a hint; never an exception, never both, never neither.</summary>
public sealed class RandomSettingsTests : IDisposable
{
    static readonly string[] Words =
    [
        "in", "out", "in/out", ".", "..", "/", "", " ", "-", "--", "---", "=", ":", "@x", "[x]", "run", "s3sync", "true", "false", "5", "-5", "1e999", "NaN",
        "bucket", "BUCKET", "http://x", "md5", "a\0b", "\ud800", "-w", "-b", "-wx", "-h=", "-x", "-bin", "--w", "--once=", "--once=maybe", "--prefix=", "--secret-key=x",
        "s3sync.json", "path", "prefix", "watchDirs", "accessKey", "/dev/null", "~", "*",
    ];

    static readonly Gen<string> Word = Gen.OneOf(
        Gen.OneOf<string>(Words),
        Gen.OneOf<string>([.. OptionTable.All.Select(option => option.LongName)]),
        Gen.OneOf<string>([.. OptionTable.All.Select(option => option.JsonKey)]),
        Gen.OneOf<string>([.. OptionTable.All.Where(option => option.Short != '\0').Select(option => "-" + option.Short)]),
        Gen.String[0, 8]);

    static readonly Gen<JsonNode?> Leaf = Gen.OneOf(
        Gen.Const((JsonNode?)null),
        Word.Select(word => (JsonNode?)JsonValue.Create(word.Replace('\ud800', '?'))),
        Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
        Gen.Double.Where(double.IsFinite).Select(number => (JsonNode?)JsonValue.Create(number)));

    static readonly Gen<JsonNode?> Json = Gen.Recursive<JsonNode?>((depth, inner) => depth > 4 ? Leaf : Gen.OneOf(
        Leaf,
        inner.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
        Object(inner)));

    readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void AnyCommandLineIsAnswered() =>
        Word.Array[0, 8].Sample(args => Check(_scene.Read(args)), iter: 500, threads: 1, print: args => string.Join('|', args));

    [Fact]
    public void AnyJsonIsAnswered() =>
        Object(Json).Sample(json => Check(_scene.ReadJson(json!.ToJsonString(), "-b", "bucket")), iter: 500, threads: 1, print: json => json!.ToJsonString());

    [Fact]
    public void AnyBytesAsTheSettingsFileAreAnswered() =>
        Gen.OneOf(Gen.Byte, Gen.Char["{}[]\",:/*\n\\ue1tfn"].Select(c => (byte)c)).Array[0, 20].Sample(bytes =>
        {
            _scene.Write("s3sync.json", bytes);
            Check(_scene.Read("-w", "in", "-b", "bucket", "--config", "s3sync.json"));
        }, iter: 500, threads: 1);

    [Fact]
    public void AnyEnvironmentIsAnswered() =>
        Gen.Select(Gen.OneOf(Gen.OneOf<string>([.. OptionTable.All.Select(option => option.EnvironmentName)]), Word.Select(word => "S3SYNC_" + word)), Word).Array[0, 6]
            .Sample(variables =>
            {
                _scene.Environment.Clear();
                foreach (var (name, value) in variables)
                    _scene.Environment[name] = value;
                Check(_scene.Read());
            }, iter: 500, threads: 1);

    static Gen<JsonNode?> Object(Gen<JsonNode?> inner) => Gen.Select(Word, inner).Array[0, 4].Select(pairs =>
    {
        var json = new JsonObject();
        foreach (var (key, value) in pairs)
            json[key.Replace('\ud800', '?')] = value?.DeepClone();
        return (JsonNode?)json;
    });

    static void Check(Reading reading)
    {
        Assert.Equal(reading.Command == Command.Run && reading.Problems.Length == 0, reading.Settings is not null);
        Assert.All(reading.Problems, problem => Assert.True(problem.What.Length > 0 && problem.Hint.Length > 0));
        Assert.All(reading.Problems, problem => Assert.DoesNotContain(problem.What + problem.Hint, char.IsControl));
        Assert.All(reading.Notes, note => Assert.DoesNotContain(note, char.IsControl));
        if (reading.Settings is { } settings)
            Assert.NotEmpty(settings.Roots);
    }
}
