using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Is it the file or the endpoint?</summary>
public sealed class SuspectsTests
{
    [Fact]
    public void WhileNobodyGetsThroughNoFileIsBlamed()
    {
        var suspects = new Suspects();
        for (var fault = 0; fault < 1000; fault++)
            Assert.False(suspects.Blame(0, "file", successes: 7));
    }

    [Fact]
    public void AFileThatFailsThreeTimesWhileOthersGetThroughIsBlamedAndStartsAnew()
    {
        var suspects = new Suspects();
        for (var round = 0; round < 5; round++)
        {
            Assert.False(suspects.Blame(0, "file", 100 + round));
            Assert.False(suspects.Blame(0, "file", 101 + round));
            Assert.True(suspects.Blame(0, "file", 101 + round));
        }
    }

    [Fact]
    public void AnAnswerOrAnotherFileOfTheSameNameClearsNoOneElse()
    {
        var suspects = new Suspects();
        for (var fault = 0; fault < 2; fault++)
        {
            Assert.False(suspects.Blame(0, "file", fault));
            Assert.False(suspects.Blame(1, "file", fault));
        }
        suspects.Forget(0, "file");
        Assert.False(suspects.Blame(0, "file", 3));
        Assert.True(suspects.Blame(1, "file", 3));
    }

    [Fact]
    public void HoweverManyThereAreMemoryIsBounded()
    {
        var suspects = new Suspects();
        for (var file = 0; file < 5000; file++)
            suspects.Blame(0, $"{file}", 0);
        // The first were forgotten and count from the beginning; those of late did not lose their place.
        Assert.False(suspects.Blame(0, "0", 1));
        Assert.False(suspects.Blame(0, "4999", 1));
        Assert.True(suspects.Blame(0, "4999", 1));
    }
}
