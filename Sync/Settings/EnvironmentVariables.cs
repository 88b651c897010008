using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace S3Sync.Sync.Settings;

/// <summary>Reads the environment: S3SYNC_ and the option's name. An empty variable counts as not set, unless empty is a value of the option.</summary>
static class EnvironmentVariables
{
    // Windows has one variable for all spellings of its name.
    static readonly StringComparison Names = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>What the environment gives; its problems are added. A list is split as PATH is: at ':', on Windows at ';'; rules at ';' everywhere, or at the ends of lines.</summary>
    public static Layer Read(IReadOnlyDictionary<string, string> environment, List<Problem> problems)
    {
        var layer = new Layer(Origin.Environment);
        var options = OptionTable.In(Sources.Environment);
        // In the order of their names, so that the same mistakes give the same message.
        foreach (var (name, value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(OptionTable.EnvironmentPrefix, Names))
                continue;
            if (options.FirstOrDefault(option => option.EnvironmentName.Equals(name, Names)) is not { } option)
                problems.Add(Unknown.Name("environment variable", name, "", options.Select(known => known.EnvironmentName)));
            else if (option.IsList)
            {
                foreach (var item in option.Kind == Kind.Rules ? Given.RulesOf(value, environment: true) : value.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
                    layer.Add(option, new(item, option.EnvironmentName));
            }
            else if (value.Length > 0 || option.MayBeEmpty)
                layer.Add(option, new(value, option.EnvironmentName));
        }
        return layer;
    }
}
