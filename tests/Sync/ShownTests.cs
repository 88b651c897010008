using System;
using System.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>How names and times are shown.</summary>
public sealed class ShownTests
{
    [Theory]
    [InlineData("a b.txt")]
    [InlineData(@"C:\in\ä\日本.txt")]
    [InlineData("😀 %41 \"quoted\" 'x' \\u000A")]
    [InlineData("")]
    public void AnOrdinaryNameIsShownAsItIs(string name) => Assert.Same(name, Shown.Name(name));

    [Theory]
    [InlineData("a\nb", @"a\u000Ab")]
    [InlineData("\e[31mred", @"\u001B[31mred")]
    [InlineData("a\u007f\u0085", @"a\u007F\u0085")]
    // Line and paragraph separators, right-to-left override, zero-width space, byte order mark.
    [InlineData("a\u2028b\u2029", @"a\u2028b\u2029")]
    [InlineData("exe\u202egpj.", @"exe\u202Egpj.")]
    [InlineData("a\u200bb\ufeff", @"a\u200Bb\uFEFF")]
    // A tag character, which is a pair of surrogates.
    [InlineData("a\U000E0041", @"a\uDB40\uDC41")]
    public void WhatATerminalMightObeyOrAnEyeMissIsEscaped(string name, string shown) => Assert.Equal(shown, Shown.Name(name));

    // Not a theory, because attributes are stored as UTF-8, which has no half of a pair.
    [Fact]
    public void HalvesOfPairsAreEscaped()
    {
        Assert.Equal(@"a\uD83D", Shown.Name("a\ud83d"));
        Assert.Equal(@"\uDE00a", Shown.Name("\ude00a"));
    }

    [Fact]
    public void NoShownNameHasAControlCharacterOrHalfAPair() =>
        Gen.Char["ab\\\0\n\r\t\e\u007f\u009f\u2028\u202e\ufeff\ud83d\ude00\ufffd"].Array[0, 8].Select(chars => new string(chars)).Sample(name =>
        {
            var shown = Shown.Name(name);
            Assert.DoesNotContain(shown, char.IsControl);
            Assert.True(Keys.IsUtf8(shown));
            Assert.Empty(shown.Intersect("\u2028\u202e\ufeff"));
        });

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.05, "0.1 s")]
    [InlineData(1.5, "1.5 s")]
    [InlineData(119, "119 s")]
    [InlineData(120, "2 min")]
    [InlineData(15 * 60, "15 min")]
    [InlineData(7199, "120 min")]
    [InlineData(7200, "2 h")]
    [InlineData(5400 * 3, "4.5 h")]
    public void ATimeIsShownInTheUnitThatReadsBest(double seconds, string shown) => Assert.Equal(shown, Shown.Time(TimeSpan.FromSeconds(seconds)));
}
