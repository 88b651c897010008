using System.Text;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

public sealed class KeysTests
{
    // Few names, so that generated prefixes and paths meet often.
    static readonly Gen<string> Name = Gen.OneOf("a", "b", "ab", "a\\b", "ä", " ");

    static readonly Gen<string> Path = Name.Array[1, 4].Select(names => string.Join('/', names));

    static readonly Gen<string> Prefix = Gen.OneOf(Gen.Const(""), Path, Path.Select(path => path + "/"));

    static readonly Gen<Root> AnyRoot = Gen.Select(Gen.OneOf("one", "two"), Prefix, (bucket, prefix) => new Root(0, "/x", bucket, prefix));

    [Theory]
    [InlineData("in", "a.txt", '/', "in/a.txt")]
    [InlineData("in", "sub/a.txt", '/', "in/sub/a.txt")]
    [InlineData("", "sub/a.txt", '/', "sub/a.txt")]
    [InlineData("p/q", "a", '/', "p/q/a")]
    [InlineData("p/q/", "a", '/', "p/q/a")]
    [InlineData("in", @"sub\a.txt", '\\', "in/sub/a.txt")]
    [InlineData("in", @"sub\a.txt", '/', @"in/sub\a.txt")]
    [InlineData("in", "a b+%&?#\n", '/', "in/a b+%&?#\n")]
    [InlineData("in", "\U0001F600", '/', "in/\U0001F600")]
    public void AKeyIsThePrefixAndThePathWithSlashes(string prefix, string relative, char separator, string expected)
    {
        Assert.Equal(KeyVerdict.Ok, Keys.Make(new(0, "/x", "b", prefix), relative, separator, out var key));
        Assert.Equal(expected, key);
    }

    [Theory]
    [InlineData("in", "in/a.txt", '/', "a.txt")]
    [InlineData("in", "in/sub/a.txt", '\\', @"sub\a.txt")]
    [InlineData("in", @"in/sub\a.txt", '/', @"sub\a.txt")]
    [InlineData("in", @"in/sub\a.txt", '\\', null)]
    [InlineData("", "a", '/', "a")]
    [InlineData("in", "in", '/', null)]
    [InlineData("in", "in/", '/', null)]
    [InlineData("in", "inner/a", '/', null)]
    [InlineData("in", "in/sub/", '/', null)]
    [InlineData("in", "in//a", '/', null)]
    [InlineData("in", "in/../a", '/', null)]
    [InlineData("in", "in/./a", '/', null)]
    [InlineData("in", "in/...", '/', "...")]
    [InlineData("in", "in/a\0b", '/', null)]
    [InlineData("in", "in/a:stream", '/', "a:stream")]
    [InlineData("in", "in/a:stream", '\\', null)]
    [InlineData("in", "in/a?", '\\', null)]
    [InlineData("in", "in/a\n", '\\', null)]
    [InlineData("in", "in/sub. /a", '\\', null)]
    [InlineData("in", "in/a.", '\\', null)]
    public void OfAKeyFollowsThePathWhereAFileCanHaveIt(string prefix, string key, char separator, string? expected) =>
        Assert.Equal(expected, Keys.PathOf(new(0, "/x", "b", prefix), key, separator));

    [Fact]
    public void ThePathOfAKeyIsThePathItWasMadeOf() =>
        Gen.Select(AnyRoot, Path).Sample((root, path) =>
        {
            Keys.Make(root, path, '/', out var key);
            return Keys.PathOf(root, key, '/') == path;
        });

    [Theory]
    [InlineData(1021, "", KeyVerdict.Ok)]
    [InlineData(1022, "", KeyVerdict.KeyTooLong)]
    [InlineData(1019, "ä", KeyVerdict.Ok)]
    [InlineData(1020, "ä", KeyVerdict.KeyTooLong)]
    [InlineData(1017, "\U0001F600", KeyVerdict.Ok)]
    [InlineData(1018, "\U0001F600", KeyVerdict.KeyTooLong)]
    public void AKeyHasAtMost1024BytesOfUtf8(int letters, string end, object verdict)
    {
        Assert.Equal(verdict, Keys.Make(new(0, "/x", "b", "in"), new string('x', letters) + end, '/', out var key));
        Assert.Equal(verdict is KeyVerdict.Ok ? 1024 : 0, Encoding.UTF8.GetByteCount(key));
        Assert.Equal(verdict is KeyVerdict.KeyTooLong, Keys.IsTooLong(new(0, "/x", "b", "in"), new string('x', letters) + end));
    }

    /// <summary>Letters of three bytes each: as many as the number of characters alone lets through, and one more.</summary>
    [Theory]
    [InlineData(340, false)]
    [InlineData(341, true)]
    public void WhetherAKeyIsTooLongIsToldOfTheLongestLettersAsWell(int letters, bool isTooLong)
    {
        var (root, path) = (new Root(0, "/x", "b", "i"), new string('\u20ac', letters));
        Assert.Equal(isTooLong, Keys.IsTooLong(root, path));
        Assert.Equal(isTooLong, Keys.Make(root, path, '/', out _) == KeyVerdict.KeyTooLong);
    }

    // Not a theory, because attributes are stored as UTF-8, which has no half of a pair.
    [Fact]
    public void AnUnpairedSurrogateHasNoKey() =>
        Assert.All(["\ud800", "a\udc00b", "\ud800\ud800\udc00", "\udc00\ud800", "\U0001F600\ud83d"], relative =>
        {
            Assert.Equal(KeyVerdict.NotUtf8, Keys.Make(new(0, "/x", "b", "in"), relative, '/', out var key));
            Assert.Equal("", key);
        });

    [Fact]
    public void TextIsUtf8ExactlyWhereAStrictEncoderTakesIt() =>
        Gen.Char["a\ud800\udbff\udc00\udfff"].Array[0, 6].Select(chars => new string(chars)).Sample(text =>
        {
            var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
            var refused = false;
            try
            {
                strict.GetByteCount(text);
            }
            catch (EncoderFallbackException)
            {
                refused = true;
            }
            return Keys.IsUtf8(text) != refused;
        });

    [Theory]
    [InlineData('/')]
    [InlineData('\\')]
    public void TwoPathsOfOneRootNeverGetOneKey(char separator) =>
        Gen.Select(AnyRoot, Path, Path).Sample((root, one, other) =>
            (Native(one, separator) == Native(other, separator)) == (Key(root, Native(one, separator), separator) == Key(root, Native(other, separator), separator)));

    [Theory]
    [InlineData('/')]
    [InlineData('\\')]
    public void PathsOfTwoRootsGetOneKeyExactlyWhereTheyAreTwins(char separator) =>
        Gen.Select(AnyRoot, AnyRoot, Path, Path).Sample((a, b, inA, inB) =>
        {
            var (pathA, pathB) = (Native(inA, separator), Native(inB, separator));
            var collide = a.Bucket == b.Bucket && Key(a, pathA, separator) == Key(b, pathB, separator);
            return collide == (Keys.Twin(a, pathA, b, separator) == pathB);
        }, iter: 20_000);

    [Fact]
    public void RootsOverlapExactlyWhereSomeFileHasATwin() =>
        Gen.Select(AnyRoot, AnyRoot, Path).Sample((a, b, path) =>
        {
            if (!Keys.Overlap(a, b))
                return Keys.Twin(a, path, b, '/') is null && Keys.Twin(b, path, a, '/') is null;
            // Any file of the root with the longer prefix has one; and a twin's twin is the file.
            var (inner, outer) = Keys.Head(a.Prefix).Length >= Keys.Head(b.Prefix).Length ? (a, b) : (b, a);
            return Keys.Twin(inner, path, outer, '/') is { } twin
                && Keys.Twin(outer, twin, inner, '/') == path
                && Key(inner, path, '/') == Key(outer, twin, '/');
        }, iter: 20_000);

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/", true)]
    [InlineData("a", "ab", false)]
    [InlineData("a", "a/b", true)]
    [InlineData("", "anything", true)]
    [InlineData("a/b", "a/c", false)]
    [InlineData("A", "a", false)]
    public void PrefixesOverlapAtSlashes(string one, string other, bool expected)
    {
        Assert.Equal(expected, Keys.Overlap(new(0, "/x", "b", one), new(1, "/y", "b", other)));
        Assert.Equal(expected, Keys.Overlap(new(0, "/x", "b", other), new(1, "/y", "b", one)));
        Assert.False(Keys.Overlap(new(0, "/x", "b", one), new(1, "/y", "c", other)));
    }

    // Where '\' separates it is in no name.
    static string Native(string path, char separator) => separator == '/' ? path : path.Replace('\\', '_').Replace('/', separator);

    static string Key(Root root, string path, char separator)
    {
        Assert.Equal(KeyVerdict.Ok, Keys.Make(root, path, separator, out var key));
        return key;
    }
}
