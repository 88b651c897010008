using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace S3Sync.Storage;

/// <summary>What <c>aws sso login</c> leaves, in the file of that name. https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html</summary>
/// <param name="Access">The bearer token.</param>
/// <param name="Until">When it ends, UTC.</param>
/// <param name="Refresh">Null in the legacy format, which cannot be renewed.</param>
/// <param name="ClientId">Who was registered for it; null in the legacy format.</param>
/// <param name="ClientSecret">As <paramref name="ClientId"/>.</param>
/// <param name="RegisteredUntil">When the registration ends, UTC; the greatest time where the file does not say.</param>
sealed record SignOnToken(string Access, DateTime Until, string? Refresh, string? ClientId, string? ClientSecret, DateTime RegisteredUntil)
{
    /// <summary>True if it may be exchanged for a new one.</summary>
    public bool CanBeRenewed(DateTime now) => Refresh is not null && ClientId is not null && ClientSecret is not null && now < RegisteredUntil;
}

/// <summary>The one file of the token cache that a profile uses. The AWS tools share it: who renews a token writes it back for the others.</summary>
sealed class BucketSignOnCache(string path)
{
    public string Path => path;

    /// <summary>The file is named by the SHA-1 of the session's name, or of the start URL in the legacy format.</summary>
    /// <param name="named">That name.</param>
    /// <param name="configFile">Where the settings name a config file and a cache stands beside it, that one is meant: a service has another home than who signs on.</param>
    public static BucketSignOnCache Of(string named, string? configFile)
    {
        var home = BucketSources.Variable("HOME") ?? BucketSources.Variable("USERPROFILE") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var beside = System.IO.Path.Join(System.IO.Path.GetDirectoryName(configFile), "sso", "cache");
        var folder = configFile is not null && Directory.Exists(beside) ? beside : System.IO.Path.Join(home, ".aws", "sso", "cache");
        // SHA-1 names the file, it guards nothing.
        return new(System.IO.Path.Join(folder, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(named))) + ".json"));
    }

    /// <summary>Null where nobody has signed on. Throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/>, or <see cref="JsonException"/> where it cannot be read.</summary>
    public SignOnToken? Read()
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        using var json = JsonDocument.Parse(bytes);
        var root = json.RootElement;
        return Text(root, "accessToken") is { } access && Time(root, "expiresAt") is { } until
            ? new(access, until, Text(root, "refreshToken"), Text(root, "clientId"), Text(root, "clientSecret"), Time(root, "registrationExpiresAt") ?? DateTime.MaxValue)
            : throw new JsonException("it has no accessToken with expiresAt");
    }

    /// <summary>Puts a renewed token into the file, at once as a whole, and leaves alone what else is in there.</summary>
    public void Write(SignOnToken token)
    {
        // No name that another could guess and put a link under.
        var beside = $"{path}.{Guid.NewGuid():n}";
        try
        {
            Write(token, beside);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception)
        {
            // Secrets are in it.
            File.Delete(beside);
            throw;
        }
    }

    void Write(SignOnToken token, string beside)
    {
        using var old = JsonDocument.Parse(File.ReadAllBytes(path));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var file = new FileStream(beside, options);
        using var writer = new Utf8JsonWriter(file);
        writer.WriteStartObject();
        foreach (var property in old.RootElement.EnumerateObject())
        {
            if (property.Name is not ("accessToken" or "expiresAt" or "refreshToken"))
            {
                property.WriteTo(writer);
            }
        }
        writer.WriteString("accessToken", token.Access);
        writer.WriteString("expiresAt", token.Until.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if (token.Refresh is not null)
        {
            writer.WriteString("refreshToken", token.Refresh);
        }
        writer.WriteEndObject();
    }

    public static string? Text(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    // Older versions of the AWS CLI write "2020-06-17T10:00:00UTC".
    static DateTime? Time(JsonElement json, string name) =>
        Text(json, name) is { } text && DateTime.TryParse(text.Replace("UTC", "Z", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
