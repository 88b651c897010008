using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The life of a file, every stage with every happening.</summary>
public sealed class LifeTests
{
    /// <summary>What changes anything, written out once more; whatever is not here must change nothing.</summary>
    static readonly Dictionary<(Stage, Happening), (Stage, Duty)> Changes = new()
    {
        [(Stage.Unknown, Happening.Found)] = (Stage.Pending, Duty.Upload),
        [(Stage.Vanished, Happening.Found)] = (Stage.Pending, Duty.Upload),
        [(Stage.Uploaded, Happening.Found)] = (Stage.Uploaded, Duty.Delete),
        [(Stage.Deleted, Happening.Found)] = (Stage.Deleted, Duty.Look),
        [(Stage.Deleted, Happening.Different)] = (Stage.Deleted, Duty.Ignore),
        [(Stage.Pending, Happening.Proven)] = (Stage.Uploaded, Duty.Delete),
        [(Stage.Pending, Happening.Unsettled)] = (Stage.Pending, Duty.Wait),
        [(Stage.Pending, Happening.Failed)] = (Stage.Pending, Duty.Retry),
        [(Stage.Pending, Happening.Hopeless)] = (Stage.Pending, Duty.Park),
        [(Stage.Pending, Happening.Gone)] = (Stage.Vanished, Duty.None),
        [(Stage.Uploaded, Happening.Unsettled)] = (Stage.Uploaded, Duty.Wait),
        [(Stage.Uploaded, Happening.Failed)] = (Stage.Uploaded, Duty.Retry),
        [(Stage.Uploaded, Happening.Removed)] = (Stage.Deleted, Duty.None),
        [(Stage.Uploaded, Happening.Gone)] = (Stage.Deleted, Duty.None),
        [(Stage.Uploaded, Happening.Different)] = (Stage.Left, Duty.Ignore),
    };

    [Fact]
    public void EveryHappeningDoesInEveryStageWhatTheTableSaysAndNothingElse()
    {
        foreach (var stage in Enum.GetValues<Stage>())
        {
            foreach (var happening in Enum.GetValues<Happening>())
            {
                var expected = Changes.GetValueOrDefault((stage, happening), (stage, Duty.None));
                Assert.True(expected == Life.Next(stage, happening), $"{stage}, {happening}: {Life.Next(stage, happening)}");
            }
        }
    }

    [Fact]
    public void NoOrderOfReportsDeletesWhatWasNotProvenOrUploadsTwice() =>
        Gen.Enum<Happening>().Array[0, 40].Sample(happenings =>
        {
            var (stage, proven, uploads) = (Stage.Unknown, false, 0);
            foreach (var happening in happenings)
            {
                var (next, duty) = Life.Next(stage, happening);
                proven |= stage == Stage.Pending && happening == Happening.Proven;
                uploads += stage != Stage.Uploaded && next == Stage.Uploaded ? 1 : 0;
                if (next is Stage.Uploaded or Stage.Deleted or Stage.Left || duty == Duty.Delete)
                {
                    Assert.True(proven);
                }
                stage = next;
            }
            Assert.InRange(uploads, 0, 1);
        });

    [Fact]
    public void AFinishedLifeStaysFinishedUnlessItWasNeverUploaded()
    {
        foreach (var happening in Enum.GetValues<Happening>())
        {
            Assert.Equal(Stage.Deleted, Life.Next(Stage.Deleted, happening).Stage);
            Assert.Equal((Stage.Left, Duty.None), Life.Next(Stage.Left, happening));
            Assert.True(Life.Next(Stage.Vanished, happening).Stage is Stage.Vanished or Stage.Pending);
        }
    }
}
