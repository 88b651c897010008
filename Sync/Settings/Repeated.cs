using System.Collections.Generic;
using System.IO;

namespace S3Sync.Sync.Settings;

/// <summary>Says a command line again so that it means the same from any working directory: long names, absolute paths.</summary>
static class Repeated
{
    /// <summary>The arguments without a command in front. Those of a command line that was read without problems.</summary>
    public static List<string> From(Layer line, string workingDirectory)
    {
        List<string> arguments = [];
        foreach (var option in OptionTable.In(Sources.CommandLine))
        {
            foreach (var given in line[option] ?? [])
            {
                if (option.Kind == Kind.Flag)
                {
                    if (given.Text == "true")
                    {
                        arguments.Add(option.LongName);
                    }
                    continue;
                }
                arguments.Add(option.LongName);
                arguments.Add(option.Kind is Kind.Path or Kind.List ? Path.GetFullPath(given.Text, workingDirectory) : given.Text);
                if (!option.IsList)
                {
                    break;
                }
            }
        }
        return arguments;
    }
}
