using System;
using System.Linq;
using System.Text;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Storage;
using S3Sync.Sync.Settings;

/// <summary>What the objects get, as the settings say it: for all directories, for one of them, and what is wrong with it.</summary>
public sealed class ObjectOptionsTests : IDisposable
{
    const string Tags = " | letters, digits, spaces and + - = . _ : / @; names of at most 128 characters, each once, values of at most 256";
    const string Class = "--storage-class: ";

    readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void WithoutAnOptionADirectoryHasNothing() => Assert.Null(_scene.Read("-w", "in", "-b", "bucket").Settings!.Roots[0].Objects);

    [Theory]
    [InlineData("--storage-class MY_COLD_1", "x-amz-storage-class: MY_COLD_1")]
    [InlineData("--sse aes256", "x-amz-server-side-encryption: AES256")]
    [InlineData("--sse none", "")]
    [InlineData("--sse aws:kms", "x-amz-server-side-encryption: aws:kms")]
    [InlineData("--sse aws:kms:dsse --sse-kms-key k", "x-amz-server-side-encryption: aws:kms:dsse|x-amz-server-side-encryption-aws-kms-key-id: k")]
    [InlineData("--sse-kms-key arn:aws:kms:eu-central-1:111122223333:key/1-2", "x-amz-server-side-encryption: aws:kms|x-amz-server-side-encryption-aws-kms-key-id: arn:aws:kms:eu-central-1:111122223333:key/1-2")]
    [InlineData("--sse-bucket-key", "x-amz-server-side-encryption: aws:kms|x-amz-server-side-encryption-bucket-key-enabled: true")]
    [InlineData("--acl bucket-owner-full-control", "x-amz-acl: bucket-owner-full-control")]
    [InlineData("--tags a=1&b=&c%40=d=e+f", "x-amz-tagging: a=1&b=&c%40=d%3De%2Bf")]
    [InlineData("--tags dir={root}&day={yyyy}/{MM}/{dd}", "x-amz-tagging: dir=in&day=1970%2F01%2F01")]
    [InlineData("--metadata Origin=a%2Cb,path=é", "x-amz-meta-origin: a,b|x-amz-meta-path: =?UTF-8?B?w6k=?=")]
    [InlineData("--file-facts", "x-amz-meta-mtime: 0|x-amz-meta-source-path: /in/a.csv|x-amz-meta-source-size: 7")]
    [InlineData("--cache-control max-age=3600,public", "cache-control: max-age=3600,public")]
    public void AnOptionBecomesAHeader(string arguments, string expected) =>
        Assert.Equal(expected, Headers(_scene.Read(["-w", "in", "-b", "bucket", .. arguments.Split(' ')])));

    [Fact]
    public void TheHostIsThisOne() =>
        Assert.Equal($"x-amz-meta-host: on {Environment.MachineName}", Headers(_scene.Read("-w", "in", "-b", "bucket", "--metadata", "host=on {host}")));

    [Fact]
    public void TheEncryptionContextIsJsonInBase64()
    {
        var header = Headers(_scene.Read("-w", "in", "-b", "bucket", "--sse-kms-context", "department=a\"b,site=é")).Split("context: ")[1].Split('|')[0];
        Assert.Equal("""{"department":"a\u0022b","site":"\u00E9"}""", Encoding.UTF8.GetString(Convert.FromBase64String(header)));
    }

    [Theory]
    [InlineData("--content-type text/csv", "text/csv text/csv text/csv")]
    [InlineData("--content-type auto", "text/csv application/pdf application/octet-stream")]
    [InlineData("--content-types .dat=x/dat", "text/csv application/pdf x/dat")]
    [InlineData("--content-type x/any --content-types .DAT=x/dat,.csv=x/csv", "x/csv x/any x/dat")]
    [InlineData("--content-type auto --content-types .csv=text/csv;charset=utf-8", "text/csv;charset=utf-8 application/pdf application/octet-stream")]
    [InlineData("--acl private", "application/octet-stream application/octet-stream application/octet-stream")]
    public void TheTypeIsTheExtensionsIfAsked(string arguments, string expected)
    {
        var objects = _scene.Read(["-w", "in", "-b", "bucket", .. arguments.Split(' ')]).Settings!.Roots[0].Objects!;
        Assert.Equal(expected, string.Join(' ', new[] { "/a.csv", "/a.pdf", "/a.dat" }.Select(path => objects.Of(path, 0, 0).ContentType)));
    }

    [Fact]
    public void ADirectoryHasItsOwnAndTheRestOfAll()
    {
        var reading = _scene.ReadJson("""
            {
              "bucket": "bucket", "storageClass": "STANDARD_IA", "tags": "a=1", "sseKmsKey": "k", "fileFacts": true,
              "watchDirs": ["in", { "path": "out", "storageClass": "GLACIER_IR", "tags": "", "sse": "AES256", "fileFacts": false, "metadata": "b={root}" }]
            }
            """);
        Assert.Equal("x-amz-meta-mtime: 0|x-amz-meta-source-path: /in/a.csv|x-amz-meta-source-size: 7|x-amz-server-side-encryption: aws:kms|x-amz-server-side-encryption-aws-kms-key-id: k|x-amz-storage-class: STANDARD_IA|x-amz-tagging: a=1", Headers(reading));
        Assert.Equal("x-amz-meta-b: out|x-amz-server-side-encryption: AES256|x-amz-storage-class: GLACIER_IR", Headers(reading, 1));
        Assert.Empty(reading.Notes);
    }

    [Fact]
    public void ANearerWordDoesNotReplaceADirectorysOwnAndThatIsSaid()
    {
        var reading = _scene.ReadJson("""{ "bucket": "bucket", "watchDirs": [{ "path": "in", "acl": "private" }] }""", "--acl", "public-read");
        Assert.Equal("x-amz-acl: private", Headers(reading));
        Assert.Equal("watchDirs[0] in s3sync.json keeps its own acl 'private'; --acl 'public-read' is for those without one", Assert.Single(reading.Notes));
    }

    [Fact]
    public void AClassNearOneOfAwsIsSaidThereAndPassedOn()
    {
        var reading = _scene.Read("-w", "in", "-b", "bucket", "--storage-class", "STANDRAD_IA");
        Assert.Equal("x-amz-storage-class: STANDRAD_IA", Headers(reading));
        Assert.Equal("--storage-class: 'STANDRAD_IA' is no storage class that s3sync knows of AWS; did you mean STANDARD_IA?", Assert.Single(reading.Notes));
        Assert.Empty(_scene.Read("-w", "in", "-b", "bucket", "--storage-class", "STANDRAD_IA", "--endpoint", "https://x").Notes);
        Assert.All(ObjectRules.StorageClasses, name => Assert.Empty(_scene.Read("-w", "in", "-b", "bucket", "--storage-class", name).Notes));
    }

    [Theory]
    [InlineData("--storage-class standard_ia", Class + "'standard_ia' is not a storage class | did you mean STANDARD_IA?")]
    [InlineData("--storage-class x:y", Class + "'x:y' is not a storage class | capitals, digits and underscores, for example STANDARD_IA")]
    [InlineData("--sse aws-kms", "--sse: 'aws-kms' is not one of none, AES256, aws:kms, aws:kms:dsse | did you mean aws:kms?")]
    [InlineData("--sse rot13", "--sse: 'rot13' is not one of none, AES256, aws:kms, aws:kms:dsse | leave it out for none")]
    [InlineData("--sse AES256 --sse-kms-key k", "--sse-kms-key is for aws:kms, but --sse is AES256 | leave one of them out, or give --sse aws:kms")]
    [InlineData("--sse none --sse-bucket-key", "--sse-bucket-key is for aws:kms, but --sse is none | leave one of them out, or give --sse aws:kms")]
    [InlineData("--sse aws:kms:dsse --sse-bucket-key", "--sse-bucket-key: aws:kms:dsse has no bucket keys | leave it out, or give --sse aws:kms")]
    [InlineData("--sse-kms-key a+b", "--sse-kms-key: 'a+b' is not the id of a key | the key's id, its ARN or an alias, for example alias/uploads")]
    [InlineData("--sse-kms-context a", "--sse-kms-context: 'a' is not a name with a value | for example department=accounts,site=north; in a name or value %2C is ','")]
    [InlineData("--sse-kms-context a=1,a=2", "--sse-kms-context: 'a' is given twice | give it once")]
    [InlineData("--sse aws:kms --endpoint https://x", "with KMS an ETag is no MD5: nothing would prove an upload | give --checksum crc32, if the server states one")]
    [InlineData("--sse aws:kms:dsse --checksum md5", "with KMS an ETag is no MD5: nothing would prove an upload | give --checksum crc32, if the server states one")]
    [InlineData("--sse-c-key-file k --checksum md5", "with a key of your own an ETag is no MD5: nothing would prove an upload | give --checksum crc32, if the server states one")]
    [InlineData("--sse-c-key-file k --sse AES256", "--sse-c-key-file and --sse are two ways to encrypt | leave one of them out")]
    [InlineData("--sse-c-key-file k --checksum crc32 --allow-http --endpoint http://10.0.0.1", "--sse-c-key-file: the key would travel unencrypted | give an https URL as endpoint")]
    [InlineData("--acl public", "--acl: 'public' is not a canned ACL | did you mean public-read?")]
    [InlineData("--tags a", "--tags: 'a' is not a name with a value | for example department=accounts&year={yyyy}")]
    [InlineData("--tags a=1&=2", "--tags: '=2' is not a name with a value | for example department=accounts&year={yyyy}")]
    [InlineData("--tags a=1&a=2", "--tags: 'a' is given twice" + Tags)]
    [InlineData("--tags aws:a=1", "--tags: 'aws:a' begins with 'aws:', which is reserved" + Tags)]
    [InlineData("--tags a=#", "--tags: '#' has a character that tags cannot have" + Tags)]
    [InlineData("--tags a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11", "--tags: 11 tags | an object has at most 10")]
    [InlineData("--tags a={YYYY}", "--tags: {YYYY} stands for nothing | did you mean {yyyy}?")]
    [InlineData("--metadata a={what}", "--metadata: {what} stands for nothing | there are {root}, {host}, {yyyy}, {MM}, {dd}")]
    [InlineData("--metadata a:b=1", "--metadata: 'a:b' is not a name of metadata | letters, digits, hyphens and underscores")]
    [InlineData("--metadata X-Amz-Meta-A=1", "--metadata: 'x-amz-meta-a' has its x-amz-meta- already | write 'a'")]
    [InlineData("--metadata a=1,A=2", "--metadata: 'a' is given twice | give it once; upper and lower case are the same")]
    [InlineData("--metadata a=", "--metadata: 'a' has no value | give it one, or leave it out")]
    [InlineData("--metadata mtime=1 --file-facts", "--metadata: 'mtime' is what --file-facts gives | leave one of them out")]
    [InlineData("--content-type csv", "--content-type: 'csv' is not a content type | for example text/csv, or text/plain; charset=utf-8")]
    [InlineData("--content-type té/x", "--content-type: 'té/x' is not a content type | for example text/csv, or text/plain; charset=utf-8")]
    [InlineData("--content-types csv=text/csv", "--content-types: 'csv' is not an extension | a dot and what follows the last dot of a name, for example .csv=text/csv")]
    [InlineData("--content-types .csv=csv", "--content-types: 'csv' is not a content type | for example text/csv, or text/plain; charset=utf-8")]
    [InlineData("--cache-control é", "--cache-control: 'é' cannot stand in a header | ASCII without control characters, without two spaces in a row")]
    public void BadValuesAreSaidBeforeAnythingIsTouched(string arguments, string expected) =>
        Assert.Equal(expected, Scene.Shown(_scene.Read(["-w", "in", "-b", "bucket", .. arguments.Split(' ')])));

    [Fact]
    public void LengthsAreThoseOfS3()
    {
        Assert.Null(ObjectRules.Tags([(new('x', 128), new('é', 256))], ""));
        Assert.NotNull(ObjectRules.Tags([(new('x', 129), "")], ""));
        Assert.NotNull(ObjectRules.Tags([("x", new('x', 257))], ""));
        // With its words it is longer than without.
        Assert.Null(ObjectRules.Tags([("x", new string('x', 252) + "{yyyy}")], ""));
        Assert.Null(ObjectRules.Metadata([("x", new('x', 2047))], facts: false, ""));
        Assert.Equal("2,049 bytes of metadata", ObjectRules.Metadata([("x", new('x', 2048))], facts: false, "--metadata")?.What.Split(": ")[1]);
        Assert.NotNull(ObjectRules.Metadata([("x", new('x', 2047))], facts: true, ""));
    }

    [Theory]
    [InlineData("""{ "path": "in", "acl": "publik-read" }""", "acl of watchDirs[0] in s3sync.json: 'publik-read' is not a canned ACL | did you mean public-read?")]
    [InlineData("""{ "path": "in", "fileFacts": "perhaps" }""", "fileFacts of watchDirs[0] in s3sync.json: 'perhaps' is not true or false | give true or false, or leave it out")]
    [InlineData("""{ "path": "in", "storageclas": "X" }""", "unknown key 'storageclas' of watchDirs[0] in s3sync.json | did you mean storageClass?")]
    [InlineData("""{ "path": "in", "tags": { "a": 1 } }""", "watchDirs[0].tags in s3sync.json is not a single value | give text")]
    [InlineData("""{ "path": "in", "sse": "AES256", "sseKmsKey": "k" }""", "sseKmsKey of watchDirs[0] in s3sync.json is for aws:kms, but sse of watchDirs[0] in s3sync.json is AES256 | leave one of them out, or give --sse aws:kms")]
    public void BadValuesOfADirectoryNameItsPlace(string directory, string expected) =>
        Assert.Equal(expected, Scene.Shown(_scene.ReadJson($$"""{ "watchDirs": [{{directory}}] }""", "-b", "bucket")));

    [Fact]
    public void ADirectoryInsideAnotherCannotHaveOtherWishes()
    {
        _scene.Make("in/below");
        Assert.Equal("watchDirs[1] in s3sync.json: 'in/below' is inside 'in' but its objects would get other things | give both the same, or watch directories that lie side by side",
            Scene.Shown(_scene.ReadJson("""{ "watchDirs": ["in", { "path": "in/below", "acl": "private" }] }""", "-b", "bucket")));
        Assert.Empty(_scene.ReadJson("""{ "watchDirs": ["in", { "path": "in/below", "acl": "private" }] }""", "-b", "bucket", "--acl", "private").Problems);
    }

    [Fact]
    public void KmsWithoutProofTakesTheWord() =>
        Assert.Empty(_scene.Read("-w", "in", "-b", "bucket", "--endpoint", "https://x", "--sse", "aws:kms", "--accept-unproven").Problems);

    static string Headers(Reading reading, int root = 0)
    {
        Assert.Equal("", Scene.Shown(reading));
        var headers = reading.Settings!.Roots[root].Objects!.Of("/in/a.csv", 0, 7);
        return string.Join('|', headers.More.OrderBy(header => header.Name, StringComparer.Ordinal).Select(header => $"{header.Name}: {header.Value}"));
    }
}
