using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>What a person can do about one file: a table of where it stands in the ledger and on disk. Pure.</summary>
static class Advice
{
    /// <summary>The advice, in one sentence or two.</summary>
    public static string Of(LedgerRoot root, string path, in LedgerEntry? entry, AccessResult looked, in Stamp stamp, IReadOnlyList<Holder>? holders)
    {
        var there = looked.Ok;
        return (entry?.Stage ?? Stage.Unknown, there) switch
        {
            (Stage.Unknown, _) when looked.Access == Access.NotRegular => "nothing: only regular files are uploaded; what a link leads to is not",
            (Stage.Unknown, false) => "nothing: there is no such file, and there never was one while s3sync looked",
            (Stage.Unknown, true) when root.AsRoot is { } known && Keys.Make(known, path, out _) == KeyVerdict.KeyTooLong => "give it a shorter name: its key would be longer than the 1,024 bytes that S3 allows",
            (Stage.Unknown, true) => "wait: it is taken by the next notification or scan; if not, is a run under way? s3sync status tells",
            (Stage.Pending, false) => "nothing: it is gone from here, which its next turn will find",
            (Stage.Pending, true) when holders?.FirstOrDefault(holder => holder.Writes == true) is { } writer => $"wait until {Shown.Name(writer.Name)} (process {writer.Id}) has closed it: a file that is being written is not taken",
            (Stage.Pending, true) when entry?.Parked is null && Opener(holders) is { } opener => $"wait until {Shown.Name(opener.Name)} (process {opener.Id}) has closed it: it may be writing, and what is being written is not taken",
            (Stage.Pending, true) when entry?.Parked is not null => $"{OfFailure(entry?.Code ?? default)}; then s3sync retry {Shown.Name(root.Path)}{System.IO.Path.DirectorySeparatorChar}{Shown.Name(path)}",
            (Stage.Pending, true) when entry?.Code == FailureCode.WriterUnknown => "wait, or make it possible to tell: s3sync check says how; a file renamed into place need not wait",
            (Stage.Pending, true) when entry?.Waits > 0 => "wait: it is taken once nobody writes it and it has been quiet for --watcher-interval",
            (Stage.Pending, true) => "wait: its turn comes; if not, is a run under way, and does the endpoint answer? s3sync status tells",
            (Stage.Uploaded, true) when entry?.Code is { } code && code.IsKept() => OfKept(code, $"{Shown.Name(root.Path)}{System.IO.Path.DirectorySeparatorChar}{Shown.Name(path)}"),
            (Stage.Missing, false) => "nothing: the bucket has it; if the file returns, s3sync asks the bucket and deletes it",
            (Stage.Missing, true) => "nothing: it is here again; the next scan finds it, and s3sync asks the bucket before it deletes it",
            (Stage.Uploaded, true) when entry?.Due is null => "nothing: it is in the bucket, and kept as the run was told to (--keep)",
            (Stage.Uploaded, true) when entry?.Size != stamp.Size => "look at it: it has another length than what was uploaded, and will be left alone",
            (Stage.Uploaded, true) when Opener(holders) is { } opener => $"wait until {Shown.Name(opener.Name)} (process {opener.Id}) has closed it: it is in the bucket, and is deleted here then",
            (Stage.Uploaded, true) => "nothing: it is in the bucket, and is deleted here when its turn comes; who keeps it open may delay that",
            (Stage.Uploaded, false) => "nothing: it is in the bucket and gone from here, which its next turn will record",
            (Stage.Deleted, true) => "rename it, if it is to be uploaded: a file of this name was uploaded before, and names are not used twice",
            (Stage.Deleted, false) => "nothing: it is in the bucket; s3sync verify asks the bucket itself",
            (Stage.Vanished, true) => "nothing: it is there again, and is taken by the next notification or scan",
            (Stage.Vanished, false) => "nothing can be done: somebody else removed or renamed it before it was uploaded",
            (Stage.Left, true) => "rename it, if it is to be uploaded: what is here now is not what was uploaded under its name",
            _ => "nothing: what was uploaded is in the bucket",
        };
    }

    /// <summary>Somebody who has it open, where the system does not tell what for; other than ourselves, whose run may be reading it.</summary>
    static Holder? Opener(IReadOnlyList<Holder>? holders) => holders?.FirstOrDefault(holder => holder.Writes is null && !holder.Name.StartsWith("s3sync", StringComparison.OrdinalIgnoreCase));

    /// <summary>What to do with a file that was uploaded and is kept.</summary>
    static string OfKept(FailureCode code, string path) => code switch
    {
        FailureCode.ObjectMissing => $"decide: this file may be the only copy. s3sync reupload {path} uploads it again; if you put the object back, s3sync retry {path} deletes the file; if nobody needs it, delete it yourself",
        FailureCode.ObjectDiffers => $"compare the file with the object: this file may be the only copy of what was uploaded. Remove the object and s3sync reupload {path}, or rename the file",
        FailureCode.OtherAddress => $"decide: s3sync reupload {path} uploads it to the present address; s3sync release {path} deletes it once the other address confirms it",
        FailureCode.Released => "wait: s3sync asks the other address and deletes the file once that confirms it",
        _ => $"allow the account s3:GetObject and s3:ListBucket, as s3sync check says; then s3sync retry {path}",
    };

    /// <summary>What helps against a failure.</summary>
    static string OfFailure(FailureCode code) => code switch
    {
        FailureCode.Conflict => "compare it with the object, and remove or rename the wrong one of the two",
        FailureCode.SameKey => "give one of the two directories another prefix",
        FailureCode.KeyTooLong => "give it a shorter name: its key would be longer than the 1,024 bytes that S3 allows",
        FailureCode.Unproven => "try another --checksum, or accept it with --accept-unproven",
        FailureCode.Unseen => "allow the account s3:GetObject and s3:ListBucket there, so that it sees which keys are free",
        FailureCode.Refused => "allow the account what s3sync check asks for",
        FailureCode.Rejected => "see what the server says of it: it does not take this name, or this content",
        FailureCode.TooLarge => "raise the limit of the server, or of the proxy before it",
        FailureCode.Unsupported => "leave out the option that the server does not take, or give it another value",
        FailureCode.NoBucket => "look at the bucket's name, the region, the endpoint and the account",
        FailureCode.Full => "make room in the bucket, or raise its quota",
        FailureCode.Credentials => "look at the credentials: expired, unknown or mistyped",
        FailureCode.Clock => "set this machine's clock",
        FailureCode.Unreachable or FailureCode.Overloaded or FailureCode.Redirected or FailureCode.NotS3 =>
            "look at the endpoint, the proxy and the network: other files get there, this one's request does not",
        FailureCode.NotReadable => "let the user of s3sync read it",
        FailureCode.Offline => "bring its content to this machine",
        _ => "remove the cause of the last error",
    };
}
