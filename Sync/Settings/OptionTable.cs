using System;
using System.Collections.Immutable;

namespace S3Sync.Sync.Settings;

/// <summary>
/// Every option, once. The command line, the environment, the JSON file and --help are made from this table;
/// an option added here is read by <see cref="Settings.Read(string[])"/> as soon as it is bound there, and a test fails until it is.
/// </summary>
static class OptionTable
{
    public const string EnvironmentPrefix = "S3SYNC_";

    /// <summary>The key of a watched directory's path where it is an object in the JSON file.</summary>
    public const string DirectoryPathKey = "path";

    public static readonly Option WatchDir = new("watch-dir", Kind.List, "directories to watch, with all below them")
    { Short = 'w', Value = "DIR..." };

    public static readonly Option Bucket = new("bucket", Kind.Text, "bucket that receives the files")
    { Short = 'b', Value = "NAME", PerDirectory = true };

    public static readonly Option Prefix = new("prefix", Kind.Text, "first part of each key (the directory's name)")
    { Value = "TEXT", PerDirectory = true, MayBeEmpty = true, IsVerbatim = true };

    public static readonly Option KeyTemplate = new("key-template", Kind.Text, "how keys are made below the prefix")
    { Value = "TEXT", PerDirectory = true, IsVerbatim = true, InBrief = false };

    /// <summary>2 s is the default of the original program; a day is more than any producer pauses.</summary>
    public static readonly Option WatcherInterval = new("watcher-interval", Kind.Number, "a file is taken once quiet for so long")
    { Short = 'i', Value = "SEC", Unit = "seconds", Default = "2", Range = (0, 86_400), Fractions = true };

    /// <summary>
    /// An hour is longer than most producers pause within a file; a day is the most, as with the option above. Zero trusts a pause of
    /// --watcher-interval everywhere.
    /// </summary>
    public static readonly Option UnsureInterval = new("unsure-interval", Kind.Number, "the same where writers cannot be told")
    { Value = "SEC", Unit = "seconds", Default = "3600", Range = (0, 86_400), Fractions = true, InBrief = false };

    /// <summary>S3 takes parts of 5 MiB to 5 GiB; a part is one array in memory, and 10,000 of 525 MiB hold the largest object. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html</summary>
    public static readonly Option UploadPartSize = new("upload-part-size", Kind.Number, "larger files go in parts of this size")
    { Short = 's', Value = "MB", Unit = "MB", Default = "8", Range = (5, 1_024) };

    /// <summary>More than 512 brought nothing on any line that was tried, as the processor was busy by then.</summary>
    public static readonly Option UploaderThreads = new("uploader-threads", Kind.Number, "most uploads at the same time")
    { Short = 'u', Value = "N", Unit = "uploads", Word = "auto", Default = "auto", Range = (1, Slots.Largest) };

    public static readonly Option Order = new("order", Kind.Choice, "which of the waiting files goes first")
    { Value = "KIND", Default = "found", Choices = ["found", "oldest", "newest", "largest", "smallest"], InBrief = false };

    /// <summary>At least the smallest part; 64 GiB is more than the largest part twice.</summary>
    public static readonly Option BufferMemory = new("buffer-memory", Kind.Number, "memory of all upload buffers together")
    { Value = "MB", Unit = "MB", Default = "48", Range = (5, 65_536) };

    public static readonly Option Bandwidth = new("bandwidth", Kind.Text, "MB a second to send, or a timetable")
    { Value = "LIMIT", PerDirectory = true, InBrief = false };

    public static readonly Option Endpoint = new("endpoint", Kind.Text, "S3 server other than AWS, path style")
    { Value = "URL" };

    public static readonly Option Region = new("region", Kind.Text, "its region (as in the AWS configuration)")
    { Value = "NAME" };

    public static readonly Option VirtualHost = new("virtual-host", Kind.Flag, "--endpoint: the bucket is in the host name")
    { InBrief = false };

    public static readonly Option DualStack = new("dual-stack", Kind.Flag, "AWS by IPv6 as well as IPv4")
    { InBrief = false };

    public static readonly Option Fips = new("fips", Kind.Flag, "AWS with FIPS 140 validated cryptography")
    { InBrief = false };

    public static readonly Option Accelerate = new("accelerate", Kind.Flag, "AWS through S3 Transfer Acceleration")
    { InBrief = false };

    public static readonly Option Profile = new("profile", Kind.Text, "AWS profile whose credentials to take")
    { Value = "NAME", InBrief = false };

    public static readonly Option AwsConfigFile = new("aws-config-file", Kind.Path, "where the AWS profiles are (~/.aws/config)")
    { Value = "INI", InBrief = false };

    public static readonly Option AwsCredentialsFile = new("aws-credentials-file", Kind.Path, "and their keys (~/.aws/credentials)")
    { Value = "INI", InBrief = false };

    public static readonly Option AllowHttp = new("allow-http", Kind.Flag, "let files and keys travel unencrypted (http)");

    public static readonly Option CaFile = new("ca-file", Kind.Path, "PEM file of the only authorities to trust")
    { Value = "FILE" };

    public static readonly Option Proxy = new("proxy", Kind.Text, "http://host:port, none, or the system's")
    { Value = "URL", InBrief = false, MayHoldPassword = true };

    public static readonly Option NoProxy = new("no-proxy", Kind.Text, "hosts to reach without it: a.com,10.0.0.0/8")
    { Value = "LIST", InBrief = false };

    public static readonly Option TlsMin = new("tls-min", Kind.Choice, "oldest TLS that will do: 1.2 or 1.3")
    { Value = "VERSION", Default = "1.2", Choices = ["1.2", "1.3"], InBrief = false };

    /// <summary>At least a round trip or three; at most as long as the request itself may take.</summary>
    public static readonly Option ConnectTimeout = new("connect-timeout", Kind.Number, "give up on a connection after")
    { Value = "SEC", Unit = "seconds", Default = "10", Range = (1, 600), Fractions = true, InBrief = false };

    public static readonly Option RequestTimeout = new("request-timeout", Kind.Number, "longest wait for an answer, + 1 s a 64 KB")
    { Value = "SEC", Unit = "seconds", Default = "90", Range = (1, 3_600), Fractions = true, InBrief = false };

    public static readonly Option ExpectedBucketOwner = new("expected-bucket-owner", Kind.Text, "account that must own the buckets")
    { Value = "ID", InBrief = false };

    /// <summary>Names: <see cref="ObjectRules.StorageClasses"/>, and what other servers have.</summary>
    public static readonly Option StorageClass = new("storage-class", Kind.Text, "storage class of each object")
    { Value = "NAME", PerDirectory = true, InBrief = false };

    public static readonly Option Sse = new("sse", Kind.Choice, "how the server encrypts each object")
    { Value = "KIND", Default = "none", Choices = ["none", "AES256", "aws:kms", "aws:kms:dsse"], PerDirectory = true, InBrief = false };

    public static readonly Option SseKmsKey = new("sse-kms-key", Kind.Text, "key of KMS that encrypts; implies aws:kms")
    { Value = "ID", PerDirectory = true, InBrief = false };

    public static readonly Option SseKmsContext = new("sse-kms-context", Kind.Text, "encryption context for KMS: k=v,k=v")
    { Value = "LIST", PerDirectory = true, InBrief = false };

    public static readonly Option SseBucketKey = new("sse-bucket-key", Kind.Flag, "ask KMS once for many objects")
    { PerDirectory = true, InBrief = false };

    public static readonly Option SseCKeyFile = new("sse-c-key-file", Kind.Path, "file with a key of one's own to encrypt with")
    { Value = "FILE", InBrief = false };

    public static readonly Option Acl = new("acl", Kind.Text, "canned ACL of each object")
    { Value = "NAME", PerDirectory = true, InBrief = false };

    public static readonly Option Tags = new("tags", Kind.Text, "tags of each object: k=v&k=v")
    { Value = "LIST", PerDirectory = true, InBrief = false };

    public static readonly Option Metadata = new("metadata", Kind.Text, "metadata of each object: k=v,k=v")
    { Value = "LIST", PerDirectory = true, InBrief = false };

    public static readonly Option FileFacts = new("file-facts", Kind.Flag, "metadata: mtime, source-path, source-size")
    { PerDirectory = true, InBrief = false };

    public static readonly Option ContentType = new("content-type", Kind.Text, "type of each object; auto: by its extension")
    { Value = "TYPE", PerDirectory = true, InBrief = false };

    public static readonly Option ContentTypes = new("content-types", Kind.Text, "types by extension: .ext=type,.ext=type")
    { Value = "LIST", PerDirectory = true, InBrief = false };

    public static readonly Option CacheControl = new("cache-control", Kind.Text, "Cache-Control of each object")
    { Value = "TEXT", PerDirectory = true, InBrief = false };

    public static readonly Option Checksum = new("checksum", Kind.Choice, "auto, crc64nvme, crc32c, crc32, md5")
    { Value = "KIND", Default = "auto", Choices = ["auto", "crc64nvme", "crc32c", "crc32", "md5"] };

    /// <summary>In the order of <see cref="Storage.Compat"/>.</summary>
    public static readonly Option Compat = new("compat", Kind.Choice, "whose server: aws, minio, r2, b2, ceph")
    { Value = "KIND", Default = "auto", Choices = ["auto", "aws", "generic", "minio", "r2", "b2", "ceph"], InBrief = false };

    public static readonly Option AcceptUnproven = new("accept-unproven", Kind.Flag, "delete although the server proves nothing");

    public static readonly Option Keep = new("keep", Kind.Flag, "upload and record, delete nothing");

    public static readonly Option KeepFor = new("keep-for", Kind.Number, "delete so long after the upload")
    { Value = "DAYS", Unit = "days", Default = "0", Range = (0, 36_500), Fractions = true, InBrief = false };

    /// <summary>A petabyte is more than any volume of today.</summary>
    public static readonly Option KeepFree = new("keep-free", Kind.Number, "keep files until less than this is free")
    { Value = "GB", Unit = "GB", Default = "0", Range = (0, 1_048_576), Fractions = true, InBrief = false };

    public static readonly Option StopFile = new("stop-file", Kind.Path, "while it is there, nothing is deleted")
    { Value = "FILE", InBrief = false };

    public static readonly Option DeleteLimit = new("delete-limit", Kind.Number, "most deletions an hour, 0: no limit")
    { Value = "N", Unit = "files", Default = "0", Range = (0, 1_000_000_000), InBrief = false };

    public static readonly Option RootMarker = new("root-marker", Kind.Text, "file without which a directory is left alone")
    { Value = "NAME", PerDirectory = true, IsVerbatim = true, InBrief = false };

    public static readonly Option RemoveEmpty = new("remove-empty", Kind.Flag, "remove directories left empty")
    { InBrief = false };

    public static readonly Option DryRun = new("dry-run", Kind.Flag, "say what would be done, touch nothing");

    public static readonly Option Once = new("once", Kind.Flag, "upload what is there, then end");

    public static readonly Option Patience = new("patience", Kind.Number, "--once: give up on a silent server after")
    { Value = "SEC", Unit = "seconds", Default = "120", Range = (0, 604_800), Fractions = true, InBrief = false };

    public static readonly Option RescanInterval = new("rescan-interval", Kind.Number, "look through all directories this often")
    { Value = "SEC", Unit = "seconds", Default = "300", Range = (1, 604_800), Fractions = true };

    /// <summary>Not pageable, so not without limit; a record is at most 64 KB, most are 100 bytes. On a share 64 KB is the most: https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-readdirectorychangesw.</summary>
    public static readonly Option WatchBuffer = new("watch-buffer", Kind.Number, "Windows: notifications held a directory")
    { Value = "KB", Unit = "KB", Default = "1024", Range = (4, 16_384), InBrief = false };

    /// <summary>NSSM gives 1.5 s from Ctrl+C to the next, harder way to end a program (AppStopMethodConsole, https://nssm.cc/usage); the last commit needs some of it.</summary>
    public static readonly Option Grace = new("grace", Kind.Number, "time to finish uploads when stopping")
    { Value = "SEC", Unit = "seconds", Default = OperatingSystem.IsWindows() ? "1.2" : "10", Range = (0, 3_600), Fractions = true };

    public static readonly Option Ledger = new("ledger", Kind.Path, "the record of all files (state directory)")
    { Value = "FILE" };

    public static readonly Option ForgetAfter = new("forget-after", Kind.Number, "forget handled names, 0: never")
    { Value = "DAYS", Unit = "days", Default = "0", Range = (0, 36_500), Fractions = true, InBrief = false };

    public static readonly Option Config = new("config", Kind.Path, "JSON file with options")
    { Value = "FILE", Sources = Sources.Environment | Sources.CommandLine };

    public static readonly Option LogLevel = new("log-level", Kind.Choice, "trace, debug, info, warn, error")
    { Value = "LEVEL", Default = "information", Choices = ["trace", "debug", "information", "warning", "error"] };

    public static readonly Option Quiet = new("quiet", Kind.Flag, "say only what is wrong, show no progress")
    { Short = 'q' };

    public static readonly Option LogFormat = new("log-format", Kind.Choice, "text, or json: an object a line")
    { Value = "FORMAT", Default = "text", Choices = ["text", "json"], InBrief = false };

    public static readonly Option LogFile = new("log-file", Kind.Path, "a file that gets the log as well")
    { Value = "FILE" };

    public static readonly Option LogFileSize = new("log-file-size", Kind.Number, "size at which another log file is begun")
    { Value = "MB", Unit = "MB", Default = "10", Range = (1, 1_024), InBrief = false };

    public static readonly Option LogFiles = new("log-files", Kind.Number, "log files kept")
    { Value = "N", Unit = "files", Default = "10", Range = (1, 1_000), InBrief = false };

    public static readonly Option MetricsFile = new("metrics-file", Kind.Path, "figures for Prometheus, written every 15 s")
    { Value = "FILE" };

    public static readonly Option Filter = new("filter", Kind.Rules, "'+ GLOB' takes, '- GLOB' leaves out, in order")
    { Value = "RULE...", PerDirectory = true, InBrief = false };

    public static readonly Option Sentinel = new("sentinel", Kind.Text, "take a file once FILE + SUFFIX is there")
    { Value = "SUFFIX", PerDirectory = true, IsVerbatim = true, InBrief = false };

    public static readonly Option TakeTemporary = new("take-temporary", Kind.Flag, "take *.tmp, *.part, ~$* and the like as well")
    { InBrief = false };

    /// <summary>5 TiB is the largest object. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html</summary>
    public static readonly Option MinSize = new("min-size", Kind.Number, "leave out smaller files")
    { Value = "BYTES", Unit = "bytes", Default = "0", Range = (0, 5_497_558_138_880), InBrief = false };

    public static readonly Option MaxSize = new("max-size", Kind.Number, "leave out larger files, 0: none")
    { Value = "BYTES", Unit = "bytes", Default = "0", Range = (0, 5_497_558_138_880), InBrief = false };

    /// <summary>100 years: more than any file has.</summary>
    public static readonly Option MinAge = new("min-age", Kind.Number, "take a file so long after its last write")
    { Value = "SEC", Unit = "seconds", Default = "0", Range = (0, 3_153_600_000), Fractions = true, InBrief = false };

    public static readonly Option MaxAge = new("max-age", Kind.Number, "leave out files older than this, 0: none")
    { Value = "SEC", Unit = "seconds", Default = "0", Range = (0, 3_153_600_000), Fractions = true, InBrief = false };

    public static readonly Option SkipHidden = new("skip-hidden", Kind.Flag, "leave out hidden and system files")
    { InBrief = false };

    public static readonly Option Help = new("help", Kind.Flag, "show this and end")
    { Short = 'h', Sources = Sources.CommandLine };

    public static readonly Option Version = new("version", Kind.Flag, "show the version and end")
    { Short = 'V', Sources = Sources.CommandLine };

    /// <summary>All of them in the order of --help. Stands last: static fields are set in the order of the text.</summary>
    public static readonly ImmutableArray<Option> All =
    [
        WatchDir, Bucket, Prefix, KeyTemplate, Filter, Sentinel, TakeTemporary, MinSize, MaxSize, MinAge, MaxAge, SkipHidden,
        WatcherInterval, UnsureInterval, UploadPartSize, UploaderThreads, Order, BufferMemory, Bandwidth,
        Endpoint, Region, VirtualHost, DualStack, Fips, Accelerate, Profile, AwsConfigFile, AwsCredentialsFile,
        AllowHttp, CaFile, Proxy, NoProxy, TlsMin, ConnectTimeout, RequestTimeout, ExpectedBucketOwner,
        StorageClass, Sse, SseKmsKey, SseKmsContext, SseBucketKey, SseCKeyFile, Acl, Tags, Metadata, FileFacts, ContentType, ContentTypes, CacheControl,
        Checksum, Compat, AcceptUnproven, Keep, KeepFor, KeepFree, StopFile, DeleteLimit, RootMarker, RemoveEmpty, DryRun, Once, Patience, RescanInterval, WatchBuffer, Grace,
        Ledger, ForgetAfter, Config, LogLevel, Quiet, LogFormat, LogFile, LogFileSize, LogFiles, MetricsFile, Help, Version,
    ];

    /// <summary>The options that may be given in a source.</summary>
    public static ImmutableArray<Option> In(Sources source) => All.RemoveAll(option => (option.Sources & source) == 0);
}
