using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace S3Sync.Sync.Settings;

/// <summary>Reads the JSON file; comments and trailing commas are allowed. Keys are the options' names in camelCase, upper and lower case alike.</summary>
static class JsonFile
{
    /// <summary>Larger is not a settings file; keeps a wrong --config from filling the memory.</summary>
    const int MaxBytes = 1 << 20;

    static readonly Option[] PerDirectory = [.. OptionTable.All.Where(option => option.PerDirectory)];

    /// <summary>What the file gives; its problems are added. Throws nothing.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="shown">How the person named it, for messages.</param>
    /// <param name="problems">Takes the problems.</param>
    public static Layer Read(string path, string shown, List<Problem> problems)
    {
        var layer = new Layer(Origin.File);
        if (Load(path, shown, problems) is { } json)
        {
            foreach (var section in json.GetChildren())
                Take(layer, section, shown, problems);
        }
        else
            layer.Failed = true;
        return layer;
    }

    static IConfiguration? Load(string path, string shown, List<Problem> problems)
    {
        byte[] bytes;
        try
        {
            bytes = ReadAll(path);
        }
        // Each of them means that the file is not to be had; which one it is stands in the message.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : System.IO.Directory.Exists(path) ? "it is a directory"
                : e.Message;
            problems.Add(new($"the settings file {Problem.Quote(shown)} cannot be read: {why}", "give the path of a JSON file that this user may read"));
            return null;
        }
        try
        {
            // Not AddJsonFile: it says that files with a leading dot or the hidden attribute do not exist.
            return new ConfigurationBuilder().AddJsonStream(new MemoryStream(bytes)).Build();
        }
        catch (JsonException e)
        {
            problems.Add(new($"{shown}, {Position(bytes, e)}: {Reason(e)}", "the file must be JSON (comments and trailing commas are allowed)"));
        }
        // A key twice, a list instead of an object, half a surrogate pair.
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            problems.Add(new($"{shown}: {e.Message}", "the file must be one JSON object, each key once"));
        }
        return null;
    }

    static byte[] ReadAll(string path)
    {
        using var file = File.OpenRead(path);
        using var content = new MemoryStream();
        var chunk = new byte[16_384];
        for (int read; (read = file.Read(chunk)) > 0;)
        {
            content.Write(chunk, 0, read);
            if (content.Length > MaxBytes)
                throw new IOException($"it is larger than {MaxBytes:N0} bytes");
        }
        return content.ToArray();
    }

    // The parser counts lines and bytes from 0 and does not count a byte order mark; a person's editor counts lines and characters from 1.
    static string Position(byte[] bytes, JsonException e)
    {
        if (e.LineNumber is not { } line || e.BytePositionInLine is not { } position)
            return "somewhere";
        using var reader = new StreamReader(new MemoryStream(bytes));
        var text = Encoding.UTF8.GetBytes(reader.ReadToEnd().Split('\n').ElementAtOrDefault((int)line) ?? "");
        return $"line {line + 1}, column {Encoding.UTF8.GetCharCount(text, 0, (int)Math.Min(position, text.Length)) + 1}";
    }

    // The position stands in the message's tail too, counted the parser's way.
    static string Reason(JsonException e)
    {
        var tail = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (tail < 0 ? e.Message : e.Message[..tail]).TrimEnd(' ', '.');
    }

    static void Take(Layer layer, IConfigurationSection section, string shown, List<Problem> problems)
    {
        // For the editor: Sync/Settings/s3sync.schema.json.
        if (section.Key == "$schema")
            return;
        var options = OptionTable.In(Sources.File);
        if (options.FirstOrDefault(known => known.JsonKey.Equals(section.Key, StringComparison.OrdinalIgnoreCase)) is not { } option)
        {
            problems.Add(Unknown.Name("key", section.Key, $" in {shown}", options.Select(known => known.JsonKey)));
            return;
        }
        var place = $"{option.JsonKey} in {shown}";
        if (option.IsList)
            TakeList(layer, option, section, shown, problems);
        else if (section.GetChildren().Any())
            problems.Add(new($"{place} is not a single value", $"give {option.Expected}"));
        else if (section.Value is { } value)
            layer.Add(option, new(value, place));
    }

    static void TakeList(Layer layer, Option option, IConfigurationSection section, string shown, List<Problem> problems)
    {
        layer.Begin(option);
        // One text instead of a list of one; an empty list reads as an empty text.
        if (section.Value is { Length: > 0 } single)
            layer.Add(option, new(single, $"{option.JsonKey} in {shown}"));
        foreach (var item in section.GetChildren())
        {
            var place = $"{option.JsonKey}[{item.Key}]";
            if (item.Value is { } text)
                layer.Add(option, new(text, $"{place} in {shown}"));
            else if (option.Kind == Kind.Rules)
                problems.Add(new($"{place} in {shown} is no rule", "give text: \"- *.log\""));
            else if (Directory(item, place, shown, problems) is { } given)
                layer.Add(option, given);
        }
    }

    // {"path": ..., "bucket": ..., "prefix": ..., and what else may be a directory's own}
    static Given? Directory(IConfigurationSection item, string place, string shown, List<Problem> problems)
    {
        string[] known = [OptionTable.DirectoryPathKey, .. PerDirectory.Select(option => option.JsonKey)];
        foreach (var child in item.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                problems.Add(Unknown.Name("key", child.Key, $" of {place} in {shown}", known));
            else if (child.GetChildren().Any(part => !IsRules(child) || part.Value is null))
                problems.Add(new($"{place}.{child.Key} in {shown} is not a single value", "give text"));
        }
        if (item[OptionTable.DirectoryPathKey] is { } path)
            return new(path, $"{place} in {shown}", item[OptionTable.Bucket.JsonKey]?.Trim(), item[OptionTable.Prefix.JsonKey], OwnOf(item)) { Filters = Rules(item.GetSection(OptionTable.Filter.JsonKey)) };
        problems.Add(new($"{place} in {shown} names no directory", """write "DIR" or {"path": "DIR"}"""));
        return null;
    }

    static bool IsRules(IConfigurationSection section) => section.Key.Equals(OptionTable.Filter.JsonKey, StringComparison.OrdinalIgnoreCase);

    // One text instead of a list of one; an empty list reads as an empty text, and is one without rules.
    static string? Rules(IConfigurationSection section) =>
        section.Value ?? (section.GetChildren().Any() ? string.Join('\n', section.GetChildren().Select(rule => rule.Value)) : null);

    static Own? OwnOf(IConfigurationSection item)
    {
        List<(Option, string)> values = [];
        foreach (var option in (Option[])[.. DirectoryOptions.All, .. ObjectOptions.All])
        {
            if (item[option.JsonKey] is { } text)
                values.Add((option, option.Kind == Kind.Flag ? text.ToLowerInvariant() : option.Trim(text)));
        }
        return values.Count == 0 ? null : new(values);
    }
}
