using System;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync.Settings;

public sealed class OptionTableTests
{
    [Fact]
    public void NamesFollowFromTheLongName()
    {
        var option = OptionTable.UploadPartSize;
        Assert.Equal(("--upload-part-size", "uploadPartSize", "S3SYNC_UPLOAD_PART_SIZE"), (option.LongName, option.JsonKey, option.EnvironmentName));
        Assert.Equal(("watchDirs", "S3SYNC_WATCH_DIR"), (OptionTable.WatchDir.JsonKey, OptionTable.WatchDir.EnvironmentName));
    }

    [Fact]
    public void EveryNameIsTakenOnce()
    {
        Assert.Distinct(OptionTable.All.Select(option => option.Name));
        Assert.Distinct(OptionTable.All.Select(option => option.JsonKey.ToLowerInvariant()));
        Assert.Distinct(OptionTable.All.Where(option => option.Short != '\0').Select(option => option.Short));
    }

    // A field that is missing from the list would be an option that no source reads.
    [Fact]
    public void EveryOptionStandsInTheList()
    {
        var fields = typeof(OptionTable).GetFields().Where(field => field.FieldType == typeof(Option)).Select(field => (Option)field.GetValue(null)!);
        Assert.Equal(fields.Select(option => option.Name).Order(), OptionTable.All.Select(option => option.Name).Order());
    }

    [Fact]
    public void EveryNumberHasADefaultInItsRangeAndEveryChoiceOneOfItsWords()
    {
        Assert.All(OptionTable.All.Where(option => option.Kind == Kind.Number), option =>
        {
            if (option.Default != option.Word)
                Assert.InRange(double.Parse(option.Default!, System.Globalization.CultureInfo.InvariantCulture), option.Range.Min, option.Range.Max);
            Assert.NotEqual("", option.Unit);
        });
        Assert.All(OptionTable.All.Where(option => option.Kind == Kind.Choice), option => Assert.Contains(option.Default!, option.Choices));
    }

    [Fact]
    public void HelpFitsTheScreenAndThatOfTheRunNamesEveryOption()
    {
        var lines = Usage.Text().TrimEnd('\n').Split('\n');
        Assert.True(lines.Length <= 40, $"{lines.Length} lines");
        Assert.All(lines, line => Assert.True(line.Length <= 80 && !line.Contains('\r'), $"{line.Length}: {line}"));
        Names(lines, OptionTable.All.Where(option => option.InBrief));
        var run = Usage.OfRun().TrimEnd('\n').Split('\n');
        Assert.All(run, line => Assert.True(line.Length <= 80 && !line.Contains('\r'), $"{line.Length}: {line}"));
        Names(run, OptionTable.All);
    }

    static void Names(string[] lines, System.Collections.Generic.IEnumerable<Option> options) =>
        Assert.All(options, option =>
            Assert.Single(lines, line => Regex.IsMatch(line, $@"^  (-\w,|   ) {option.LongName} .*{Regex.Escape(option.Description)}")));
}
