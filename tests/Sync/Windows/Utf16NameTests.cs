using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

public sealed class Utf16NameTests
{
    [Fact]
    public void AnUnpairedSurrogateIsShownEscaped()
    {
        // Not a theory: attributes keep their strings in UTF-8, which has no such thing.
        (string Name, string Shown)[] table =
        [
            ("a\uD800", @"a\uD800"),
            ("\uDC00b", @"\uDC00b"),
            ("\uDC00\uD800", @"\uDC00\uD800"),
            ("😀\uD83D😀", @"😀\uD83D😀"),
        ];
        foreach (var (name, shown) in table)
        {
            Assert.False(Utf16Name.IsText(name));
            Assert.Equal(shown, Utf16Name.Shown(name));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("käse 😀😀 e\u0301 \uFFFD")]
    public void AnythingElseIsText(string name) => Assert.True(Utf16Name.IsText(name));
}
