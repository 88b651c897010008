using System;
using System.IO;
using System.Linq;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync.Settings;

/// <summary>What the person reads when the settings are wrong: every problem, each with its hint.</summary>
public sealed class ProblemsTests : IDisposable
{
    const string Number = " is not a number of seconds from 0 to 86400 | for example 2, which is the default";
    const string PartSize = " is not a whole number of MB from 5 to 1024 | for example 8, which is the default";
    const string AskHelp = " | s3sync --help lists the options";
    const string Chain = ": s3sync takes no keys of its own | remove it; credentials come from the AWS chain: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile (--profile NAME), or the machine's role";
    const string NoDirectory = "no directory to watch is given | -w DIR, S3SYNC_WATCH_DIR, or \"watchDirs\" in the JSON file";
    const string NoBucket = "no bucket is given | -b NAME, S3SYNC_BUCKET, or \"bucket\" in the JSON file";

    readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("-i x", "--watcher-interval: 'x'" + Number)]
    [InlineData("-i -5", "--watcher-interval: '-5'" + Number)]
    [InlineData("-i NaN", "--watcher-interval: 'NaN'" + Number)]
    [InlineData("-i 86400.1", "--watcher-interval: '86400.1'" + Number)]
    [InlineData("-i 0,5", "--watcher-interval: '0,5'" + Number)]
    [InlineData("-s 4", "--upload-part-size: '4'" + PartSize)]
    [InlineData("-s 5121", "--upload-part-size: '5121'" + PartSize)]
    [InlineData("-s 8.5", "--upload-part-size: '8.5'" + PartSize)]
    [InlineData("-u 0", "--uploader-threads: '0' is not auto or a whole number of uploads from 1 to 512 | for example auto, which is the default")]
    [InlineData("--checksum crc32d", "--checksum: 'crc32d' is not one of auto, crc64nvme, crc32c, crc32, md5 | did you mean crc32c?")]
    [InlineData("--log-level loud", "--log-level: 'loud' is not one of trace, debug, information, warning, error | leave it out for information")]
    [InlineData("--once=yes", "--once: 'yes' is not true or false | give its name alone for true")]
    [InlineData("-s 50 --buffer-memory 49", "49 MB of buffer memory do not hold a part of 50 MB | give --buffer-memory 115, leave it out, or give a smaller --upload-part-size")]
    [InlineData("--keep-free 5 --keep", "--keep-free and --keep are two rules of how long a file is kept | leave one of them out")]
    [InlineData("--keep-free 5 --keep-for 7", "--keep-free and --keep-for are two rules of how long a file is kept | leave one of them out")]
    [InlineData("--order eldest", "--order: 'eldest' is not one of found, oldest, newest, largest, smallest | did you mean oldest?")]
    [InlineData("--endpoint localhost:9000", "--endpoint: 'localhost:9000' is not an http or https URL | write it whole, for example http://localhost:9000")]
    [InlineData("--endpoint ftp://x", "--endpoint: 'ftp://x' is not an http or https URL | write it whole, for example http://localhost:9000")]
    [InlineData("--endpoint http://x/?a=b", "--endpoint: 'http://x/?a=b' has more than a host, a port and a path | leave out '?' and '#' and what follows")]
    [InlineData("--endpoint http://x/?", "--endpoint: 'http://x/?' has more than a host, a port and a path | leave out '?' and '#' and what follows")]
    [InlineData("--endpoint http://x/#", "--endpoint: 'http://x/#' has more than a host, a port and a path | leave out '?' and '#' and what follows")]
    [InlineData("--endpoint https://x/#top", "--endpoint: 'https://x/#top' has more than a host, a port and a path | leave out '?' and '#' and what follows")]
    [InlineData("--endpoint https://x/a%20b", "--endpoint: the path '/a%20b' has escaped or special characters, which servers sign in more than one way | give an address whose path has only letters, digits, '-', '.', '_' and '~' between its slashes")]
    [InlineData("--endpoint https://x/a+b/", "--endpoint: the path '/a+b/' has escaped or special characters, which servers sign in more than one way | give an address whose path has only letters, digits, '-', '.', '_' and '~' between its slashes")]
    [InlineData("--endpoint https://x/é", "--endpoint: the path '/%C3%A9' has escaped or special characters, which servers sign in more than one way | give an address whose path has only letters, digits, '-', '.', '_' and '~' between its slashes")]
    [InlineData("--endpoint https://x/a//b", "--endpoint: the path '/a//b' has two slashes in a row | leave one of them out")]
    [InlineData("--endpoint https://x/bucket", "--endpoint: the path ends with the bucket 'bucket', which is put behind it once more: each key would begin with it | leave it out of the address; --bucket says it")]
    [InlineData("--endpoint https://x:9000/a/bucket/", "--endpoint: the path ends with the bucket 'bucket', which is put behind it once more: each key would begin with it | leave it out of the address; --bucket says it")]
    [InlineData("--endpoint https://bucket.s3.eu-central-1.amazonaws.com", "--endpoint: the host begins with the bucket 'bucket', which is put behind it once more: each key would begin with it | give s3.eu-central-1.amazonaws.com without it; --bucket says it")]
    [InlineData("--endpoint https://bucket.localhost:9000", "--endpoint: the host begins with the bucket 'bucket', which is put behind it once more: each key would begin with it | give localhost without it; --bucket says it")]
    [InlineData("--endpoint http://me:hunter2@x", "--endpoint: the URL has a user or password in it | give it without; credentials come from the AWS chain")]
    [InlineData("--endpoint http://10.0.0.1:9000", "the endpoint 'http://10.0.0.1:9000' is plain http: whoever is on the way can read and change the files | give an https URL, or --allow-http where that network is your own")]
    [InlineData("--endpoint http://localhost.example.com", "the endpoint 'http://localhost.example.com' is plain http: whoever is on the way can read and change the files | give an https URL, or --allow-http where that network is your own")]
    [InlineData("--expected-bucket-owner 1111-2222-3333", "--expected-bucket-owner: '1111-2222-3333' is not an AWS account | 12 digits, without hyphens")]
    [InlineData("--endpoint https://x --expected-bucket-owner a/b", "--expected-bucket-owner: 'a/b' is not an account | letters, digits, hyphens, underscores and dots")]
    [InlineData("--region eu/west", "--region: 'eu/west' is not a region | letters, digits and hyphens, for example eu-central-1")]
    [InlineData("--region=", "--region is empty | give NAME, or leave it out")]
    [InlineData("--ledger in", "--ledger: 'in' is a directory | name a file in it, for example ledger.db")]
    [InlineData("--bucket", "--bucket has no value | give it one: --bucket NAME")]
    [InlineData("-b other", "--bucket is given as 'bucket' and as 'other' | give it once")]
    [InlineData("--bukcet x", "unknown option '--bukcet' | did you mean --bucket?")]
    [InlineData("--Bucket=x", "unknown option '--Bucket' | did you mean --bucket?")]
    [InlineData("--threads 3", "unknown option '--threads' | did you mean --uploader-threads?")]
    [InlineData("--frobnicate 3", "unknown option '--frobnicate'" + AskHelp)]
    [InlineData("-x", "unknown option '-x'" + AskHelp)]
    [InlineData("--secret-key hunter2", "option '--secret-key'" + Chain)]
    [InlineData("--access-key=hunter2", "option '--access-key'" + Chain)]
    [InlineData("--once stray", "'stray' belongs to no option | watched directories are named with -w DIR; s3sync --help lists the options")]
    [InlineData("--config nowhere.json", "the settings file 'nowhere.json' cannot be read: there is no such file | give the path of a JSON file that this user may read")]
    [InlineData("--config in", "the settings file 'in' cannot be read: it is a directory | give the path of a JSON file that this user may read")]
    public void TheCommandLineIsWrong(string arguments, string expected) =>
        Assert.Equal(expected, Scene.Shown(_scene.Read(["-w", "in", "-b", "bucket", .. arguments.Split(' ')])));

    [Theory]
    [InlineData("{\n  \"bücket\": x }", "s3sync.json, line 2, column 13: 'x' is an invalid start of a value | the file must be JSON (comments and trailing commas are allowed)")]
    [InlineData("\ufeff{\"a\" 1}", "s3sync.json, line 1, column 6: '1' is invalid after a property name. Expected a ':' | the file must be JSON (comments and trailing commas are allowed)")]
    [InlineData("[1]", "s3sync.json: Top-level JSON element must be an object. Instead, 'Array' was found. | the file must be one JSON object, each key once")]
    [InlineData("""{ "once": true, "once": false }""", "s3sync.json: A duplicate key 'once' was found. | the file must be one JSON object, each key once")]
    [InlineData("""{ "bukcet": 1 }""", "unknown key 'bukcet' in s3sync.json | did you mean bucket?")]
    [InlineData("""{ "upload-part-size": 8 }""", "unknown key 'upload-part-size' in s3sync.json | did you mean uploadPartSize?")]
    [InlineData("""{ "config": "x.json" }""", "unknown key 'config' in s3sync.json | did you mean awsConfigFile?")]
    [InlineData("""{ "accessKey": "AKIAEXAMPLE" }""", "key 'accessKey' in s3sync.json" + Chain)]
    [InlineData("""{ "aws_secret_access_key": "hunter2" }""", "key 'aws_secret_access_key' in s3sync.json" + Chain)]
    [InlineData("""{ "credentials": { "id": "hunter2" } }""", "key 'credentials' in s3sync.json" + Chain)]
    [InlineData("""{ "once": "yes" }""", "once in s3sync.json: 'yes' is not true or false | give true or false, or leave it out for false")]
    [InlineData("""{ "once": 1 }""", "once in s3sync.json: '1' is not true or false | give true or false, or leave it out for false")]
    [InlineData("""{ "uploadPartSize": 4 }""", "uploadPartSize in s3sync.json: '4'" + PartSize)]
    [InlineData("""{ "uploadPartSize": { "a": 4 } }""", "uploadPartSize in s3sync.json is not a single value | give a whole number of MB from 5 to 1024")]
    [InlineData("""{ "watcherInterval": "soon" }""", "watcherInterval in s3sync.json: 'soon'" + Number)]
    public void TheSettingsFileIsWrong(string json, string expected) =>
        Assert.Equal(expected, Scene.Shown(_scene.ReadJson(json, "-w", "in", "-b", "bucket")));

    [Theory]
    [InlineData("""{ "watchDirs": [{ "path": "in", "buckt": "x" }] }""", "unknown key 'buckt' of watchDirs[0] in s3sync.json | did you mean bucket?")]
    [InlineData("""{ "watchDirs": [{ "path": "in", "secretKey": "hunter2" }] }""", "key 'secretKey' of watchDirs[0] in s3sync.json" + Chain)]
    [InlineData("""{ "watchDirs": ["in", { "bucket": "abc" }] }""", "watchDirs[1] in s3sync.json names no directory | write \"DIR\" or {\"path\": \"DIR\"}")]
    [InlineData("""{ "watchDirs": ["in", null] }""", "watchDirs[1] in s3sync.json names no directory | write \"DIR\" or {\"path\": \"DIR\"}")]
    [InlineData("""{ "watchDirs": [{ "path": "in", "bucket": "X" }] }""", "watchDirs[0] in s3sync.json: bucket name 'X' is not 3 to 63 characters long | 3 to 63 lower-case letters, digits, dots and hyphens; only the name, without s3:// or a path")]
    [InlineData("""{ "watchDirs": [{ "path": "in", "prefix": "/x" }] }""", "watchDirs[0] in s3sync.json: prefix '/x' begins with '/' | write 'x'")]
    [InlineData("""{ "watchDirs": [{ "path": ["in"] }, "out"] }""", "watchDirs[0].path in s3sync.json is not a single value | give text\nwatchDirs[0] in s3sync.json names no directory | write \"DIR\" or {\"path\": \"DIR\"}")]
    [InlineData("""{ "watchDirs": [] }""", NoDirectory)]
    [InlineData("""{ "watchDirs": ["a\u0000b"] }""", "watchDirs[0] in s3sync.json: 'a\\u0000b' is not a path | give the path of a file or directory")]
    public void AWatchedDirectoryOfTheFileIsWrong(string json, string expected) =>
        Assert.Equal(expected, Scene.Shown(_scene.ReadJson(json, "-b", "bucket")));

    [Theory]
    [InlineData("S3SYNC_UPLOADER_THREAD", "3", "unknown environment variable 'S3SYNC_UPLOADER_THREAD' | did you mean S3SYNC_UPLOADER_THREADS?")]
    [InlineData("S3SYNC_THREADS", "3", "unknown environment variable 'S3SYNC_THREADS' | did you mean S3SYNC_UPLOADER_THREADS?")]
    [InlineData("S3SYNC_", "3", "unknown environment variable 'S3SYNC_'" + AskHelp)]
    [InlineData("S3SYNC_HELP", "3", "unknown environment variable 'S3SYNC_HELP'" + AskHelp)]
    [InlineData("S3SYNC_SECRET_KEY", "hunter2", "environment variable 'S3SYNC_SECRET_KEY'" + Chain)]
    [InlineData("S3SYNC_KEEP", "perhaps", "S3SYNC_KEEP: 'perhaps' is not true or false | give true or false, or leave it out for false")]
    [InlineData("S3SYNC_UPLOADER_THREADS", "1e9", "S3SYNC_UPLOADER_THREADS: '1e9' is not auto or a whole number of uploads from 1 to 512 | for example auto, which is the default")]
    [InlineData("S3SYNC_CONFIG", "nowhere.json", "the settings file 'nowhere.json' cannot be read: there is no such file | give the path of a JSON file that this user may read")]
    public void TheEnvironmentIsWrong(string name, string value, string expected)
    {
        _scene.Environment[name] = value;
        _scene.Environment["S3SYNCHRONY"] = "is not ours";
        Assert.Equal(expected, Scene.Shown(_scene.Read("-w", "in", "-b", "bucket")));
    }

    [Fact]
    public void EveryProblemIsSaidAtOnce()
    {
        _scene.Environment["S3SYNC_REGION"] = "a b";
        var reading = _scene.ReadJson("""{ "uploaderThreads": 0, "keeep": true }""", "-w", "nowhere", "-i", "soon", "--fast");
        Assert.Null(reading.Settings);
        Assert.Equal(
        [
            "unknown option '--fast'",
            "unknown key 'keeep' in s3sync.json",
            "no bucket is given",
            "--watch-dir: 'nowhere' does not exist",
            "--watcher-interval: 'soon' is not a number of seconds from 0 to 86400",
            "uploaderThreads in s3sync.json: '0' is not auto or a whole number of uploads from 1 to 512",
            "S3SYNC_REGION: 'a b' is not a region",
        ], reading.Problems.Select(problem => problem.What));
    }

    [Fact]
    public void NothingGivenIsTwoProblems() => Assert.Equal($"{NoDirectory}\n{NoBucket}", Scene.Shown(_scene.Read()));

    [Fact]
    public void ABucketForEachDirectoryIsEnough()
    {
        Assert.Empty(_scene.ReadJson("""{ "watchDirs": [{ "path": "in", "bucket": "abc" }] }""").Problems);
        Assert.Equal(NoBucket, Scene.Shown(_scene.ReadJson("""{ "watchDirs": [{ "path": "in", "bucket": "abc" }, "out"] }""")));
    }

    // What it would have given is not known, so nothing is missing for sure.
    [Fact]
    public void AnUnreadableSettingsFileDoesNotMakeTheRestMissing() =>
        Assert.Equal("s3sync.json, line 1, column 2", Scene.Shown(_scene.ReadJson("{")).Split(':')[0]);

    [Fact]
    public void ASettingsFileOfAnySizeIsRefusedBeforeItFillsTheMemory() =>
        Assert.Contains("it is larger than 1,048,576 bytes", Scene.Shown(_scene.ReadJson(new string(' ', (1 << 20) + 1))));

    [Fact]
    public void WithoutAHomeTheLedgerHasNoPlace()
    {
        _scene.Environment.Clear();
        Assert.Equal("there is no place for the ledger: the environment names no home directory | name a file with --ledger FILE",
            Scene.Shown(_scene.Read("-w", "in", "-b", "bucket")));
        Assert.Empty(_scene.Read("-w", "in", "-b", "bucket", "--ledger", "l.db").Problems);
    }

    [Fact]
    public void ReadingChangesNothing()
    {
        Assert.Empty(_scene.Read("-w", "in", "-b", "bucket", "--ledger", "new/l.db").Problems);
        Assert.Equal(["in", "out"], Directory.EnumerateFileSystemEntries(_scene.Directory).Select(Path.GetFileName).Order());
    }
}
