using System;
using System.Collections.Generic;
using System.Globalization;

namespace S3Sync.Tests.Crashes;

/// <summary>What a soak was asked for.</summary>
sealed record SoakOptions
{
    public const string Usage = "usage: soak [--minutes N] [--seed S] [--exe FILE] [--result FILE]";

    public const string ResultHead = """
        | minutes | seed | files | times 10,000 a day | kills | faults | handles | threads | memory, MB | right in the bucket | violations |
        |---|---|---|---|---|---|---|---|---|---|---|
        """;

    public double Minutes { get; init; } = 20;

    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    /// <summary>The executable; null for the published one, made if need be.</summary>
    public string? Executable { get; init; }

    /// <summary>Where the verdict is written to as well, as Markdown.</summary>
    public string? Result { get; init; }

    /// <summary>Null if something is wrong.</summary>
    public static SoakOptions? Read(IReadOnlyList<string> args)
    {
        var options = new SoakOptions();
        for (var at = 0; at < args.Count; at += 2)
        {
            SoakOptions? read = (args[at], at + 1 < args.Count ? args[at + 1] : null) switch
            {
                ("--minutes", { } text) when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes > 0 => options with { Minutes = minutes },
                ("--seed", { } text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) => options with { Seed = seed },
                ("--exe", { } file) => options with { Executable = file },
                ("--result", { } file) => options with { Result = file },
                _ => null,
            };
            if (read is null)
                return null;
            options = read;
        }
        return options;
    }
}
