using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using S3Sync.Sync.Settings;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests;

/// <summary>The JSON schema of the settings file, for editors: it says what the table of options says.</summary>
public sealed class SchemaTests
{
    static string Committed => Path.Combine(Repository.Directory, "Sync", "Settings", "s3sync.schema.json");

    [Fact]
    public void TheSchemaIsThatOfTheOptionsTable()
    {
        var schema = Schema();
        // How to bring it up to date: TESTS_WRITE_SCHEMA=1
        if (Environment.GetEnvironmentVariable("TESTS_WRITE_SCHEMA") is not null)
            File.WriteAllText(Committed, schema);
        Assert.Equal(schema, File.ReadAllText(Committed));
    }

    [Fact]
    public void AFileMayNameItsSchema()
    {
        using TemporaryDirectory directory = new();
        File.WriteAllText(directory["settings.json"], $$"""{ "$schema": "{{Committed}}", "bucket": "my-bucket", "watchDirs": ["."] }""");
        var reading = Settings.Read(["--config", directory["settings.json"], "--ledger", directory["elsewhere/ledger"], "-w", Directory.CreateDirectory(directory["in"]).FullName]);
        Assert.Empty(reading.Problems);
        Assert.Equal("my-bucket", Assert.Single(reading.Settings!.Roots).Bucket);
    }

    static string Schema()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "Settings of s3sync");
            json.WriteString("type", "object");
            json.WriteBoolean("additionalProperties", false);
            // Known to the editors of the VS Code family; comments they allow by the name of the language, jsonc.
            json.WriteBoolean("allowTrailingCommas", true);
            json.WriteStartObject("properties");
            json.WriteStartObject("$schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
            foreach (var option in OptionTable.In(Sources.File))
                Write(json, option);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    static void Write(Utf8JsonWriter json, Option option)
    {
        json.WriteStartObject(option.JsonKey);
        json.WriteString("description", option.Description + (option.Unit.Length > 0 ? $" ({option.Unit})" : ""));
        switch (option.Kind)
        {
            case Kind.Number when option.Word is { } word:
                json.WriteStartArray("anyOf");
                json.WriteStartObject();
                json.WriteString("const", word);
                json.WriteEndObject();
                json.WriteStartObject();
                json.WriteString("type", "integer");
                json.WriteNumber("minimum", option.Range.Min);
                json.WriteNumber("maximum", option.Range.Max);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteString("default", option.Default);
                break;
            case Kind.Number:
                json.WriteString("type", option.Fractions ? "number" : "integer");
                json.WriteNumber("minimum", option.Range.Min);
                json.WriteNumber("maximum", option.Range.Max);
                // The one that differs between systems is in its description in the README.
                if (option != OptionTable.Grace)
                    json.WriteNumber("default", double.Parse(option.Default!, CultureInfo.InvariantCulture));
                break;
            case Kind.Flag:
                json.WriteString("type", "boolean");
                json.WriteBoolean("default", false);
                break;
            case Kind.Choice:
                json.WriteStartArray("enum");
                foreach (var choice in option.Choices)
                    json.WriteStringValue(choice);
                json.WriteEndArray();
                json.WriteString("default", option.Default);
                break;
            case Kind.List:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                WriteItem(json, option);
                json.WriteEndObject();
                break;
            default:
                json.WriteString("type", "string");
                break;
        }
        json.WriteEndObject();
    }

    static void WriteItem(Utf8JsonWriter json, Option list)
    {
        if (list != OptionTable.WatchDir)
        {
            json.WriteString("type", "string");
            return;
        }
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartArray("required");
        json.WriteStringValue(OptionTable.DirectoryPathKey);
        json.WriteEndArray();
        json.WriteStartObject("properties");
        json.WriteStartObject(OptionTable.DirectoryPathKey);
        json.WriteString("type", "string");
        json.WriteEndObject();
        foreach (var option in OptionTable.All.Where(option => option.PerDirectory))
            Write(json, option);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
