using System;
using System.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The life of a file, every stage with every happening.</summary>
public sealed class LifeTests
{
    // Stage and duty that follow; a dash: nothing changes and nothing is to be done.
    const string Table = """
                 | Found            | Proven          | Unsettled     | Failed         | Hopeless     | Gone          | Removed      | Different      | Progressed | Asked | Confirmed       | Unconfirmed   | Postponed
        Unknown  | Pending Upload   | -               | -             | -              | -            | -             | -            | -              | -          | -     | -               | -             | -
        Pending  | -                | Uploaded Delete | Pending Wait  | Pending Retry  | Pending Park | Vanished None | -            | -              | -          | -     | -               | -             | -
        Uploaded | Uploaded Confirm | -               | Uploaded Wait | Uploaded Retry | -            | Missing None  | Deleted None | Left Ignore    | -          | -     | Uploaded Delete | Uploaded Park | Uploaded Confirm
        Deleted  | Deleted Look     | -               | -             | -              | -            | -             | -            | Deleted Ignore | -          | -     | -               | -             | -
        Vanished | Pending Upload   | -               | -             | -              | -            | -             | -            | -              | -          | -     | -               | -             | -
        Left     | -                | -               | -             | -              | -            | -             | -            | -              | -          | -     | -               | -             | -
        Missing  | Uploaded Confirm | -               | -             | -              | -            | -             | -            | -              | -          | -     | -               | -             | -
        """;

    static readonly Gen<Happening> AnyHappening = Gen.Enum<Happening>();

    /// <summary>Happenings as they come: late, and some of them several times over.</summary>
    static readonly Gen<Happening[]> Story = Gen.Select(AnyHappening, Gen.Int[1, 3]).Array[0, 20]
        .Select(parts => parts.SelectMany(part => Enumerable.Repeat(part.Item1, part.Item2)).ToArray());

    [Fact]
    public void EveryHappeningDoesToEveryStageWhatTheTableSays()
    {
        var rows = Table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToArray();
        Assert.Equal(Enum.GetNames<Happening>(), rows[0][1..]);
        Assert.Equal(Enum.GetNames<Stage>(), rows[1..].Select(row => row[0]));
        foreach (var row in rows[1..])
        {
            for (var column = 1; column < row.Length; column++)
            {
                var (stage, happening) = (Enum.Parse<Stage>(row[0]), Enum.Parse<Happening>(rows[0][column]));
                var (next, duty) = Life.Next(stage, happening);
                var said = (next, duty) == (stage, Duty.None) ? "-" : $"{next} {duty}";
                Assert.True(row[column] == said, $"{stage} and {happening}: {said}, not {row[column]}");
            }
        }
    }

    [Fact]
    public void NoFileIsInTheBucketOrDeletedUnlessItWasProvenWhilePending() =>
        Story.Sample(story =>
        {
            var (stage, proven) = (Stage.Unknown, false);
            foreach (var happening in story)
            {
                proven |= stage == Stage.Pending && happening == Happening.Proven;
                (stage, var duty) = Life.Next(stage, happening);
                Assert.True(proven || stage is not (Stage.Uploaded or Stage.Deleted or Stage.Left or Stage.Missing), $"{stage} after {happening}");
                Assert.True(proven || duty is not (Duty.Delete or Duty.Confirm or Duty.Look or Duty.Ignore), $"{duty} after {happening}");
            }
        });

    [Fact]
    public void AFileIsToBeDeletedOnlyWhileItIsRecordedAsUploaded() =>
        Story.Sample(story =>
        {
            var stage = Stage.Unknown;
            foreach (var happening in story)
            {
                (stage, var duty) = Life.Next(stage, happening);
                Assert.Equal(stage, duty switch { Duty.Delete or Duty.Confirm => Stage.Uploaded, Duty.Upload => Stage.Pending, _ => stage });
            }
        });

    [Fact]
    public void AFileThatIsInTheBucketIsNeverUploadedAgain() =>
        Story.Sample(story =>
        {
            var stage = Stage.Uploaded;
            foreach (var happening in story)
            {
                (stage, var duty) = Life.Next(stage, happening);
                Assert.True(stage is Stage.Uploaded or Stage.Deleted or Stage.Left or Stage.Missing, $"{stage} after {happening}");
                Assert.NotEqual(Duty.Upload, duty);
            }
        });

    [Fact]
    public void OnlyWhatWasProvenOrConfirmedAMomentAgoIsDeleted() =>
        Gen.Select(Gen.Enum<Stage>(), AnyHappening, Gen.Enum<Keeping>()).Sample((stage, happening, keeping) =>
            Assert.Equal(
                keeping == Keeping.None && (stage, happening) is (Stage.Pending, Happening.Proven)
                    || keeping != Keeping.Always && (stage, happening) is (Stage.Uploaded, Happening.Confirmed),
                Life.Next(stage, happening, keeping).Duty == Duty.Delete));

    [Fact]
    public void TheSameHappeningTwiceMovesAFileOnce() =>
        Gen.Select(Gen.Enum<Stage>(), AnyHappening).Sample((stage, happening) =>
        {
            var (next, _) = Life.Next(stage, happening);
            Assert.Equal(next, Life.Next(next, happening).Stage);
        });
}
