using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>Row by row, who is to blame for an answer.</summary>
public sealed class VerdictsTests
{
    const RequestKind Head = RequestKind.HeadObject, Put = RequestKind.PutObject, Part = RequestKind.UploadPart, Other = RequestKind.Other;
    const RequestKind Create = RequestKind.CreateMultipartUpload, Complete = RequestKind.CompleteMultipartUpload;

    [Theory]
    // What is not S3's.
    [InlineData(Put, 404, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 405, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 421, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 400, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 403, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 401, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 410, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 451, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 501, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 200, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Head, 200, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Head, 200, "", Speaker.Unknown, Fault.NotS3, Blame.NotS3)]
    [InlineData(Head, 204, "", Speaker.Unknown, Fault.NotS3, Blame.NotS3)]
    [InlineData(Other, 200, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Complete, 404, "", Speaker.Other, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 404, "", Speaker.Unknown, Fault.NotS3, Blame.NotS3)]
    [InlineData(Create, 404, "", Speaker.Unknown, Fault.NotS3, Blame.NotS3)]
    [InlineData(Part, 405, "", Speaker.Unknown, Fault.NotS3, Blame.NotS3)]
    [InlineData(Put, 421, "", Speaker.Unknown, Fault.NotS3, Blame.NotS3)]
    // What a proxy says of itself, and of the server behind it.
    [InlineData(Put, 302, "", Speaker.Other, Fault.Redirected, Blame.Endpoint)]
    [InlineData(Put, 407, "", Speaker.Other, Fault.Unreachable, Blame.Endpoint)]
    [InlineData(Put, 429, "", Speaker.Other, Fault.Overloaded, Blame.Endpoint)]
    [InlineData(Put, 502, "", Speaker.Other, Fault.Overloaded, Blame.Endpoint)]
    [InlineData(Put, 503, "", Speaker.Other, Fault.Overloaded, Blame.Endpoint)]
    [InlineData(Put, 504, "", Speaker.Unknown, Fault.Overloaded, Blame.Endpoint)]
    [InlineData(Put, 413, "", Speaker.Other, Fault.TooLarge, Blame.File)]
    [InlineData(Part, 413, "", Speaker.Unknown, Fault.TooLarge, Blame.File)]
    [InlineData(Put, 414, "", Speaker.Other, Fault.Rejected, Blame.File)]
    [InlineData(Put, 507, "", Speaker.Other, Fault.Full, Blame.Bucket)]
    // The file's: its key or its content.
    [InlineData(Put, 400, "EntityTooLarge", Speaker.S3, Fault.TooLarge, Blame.File)]
    [InlineData(Put, 400, "KeyTooLongError", Speaker.S3, Fault.Rejected, Blame.File)]
    [InlineData(Put, 400, "XMinioInvalidObjectName", Speaker.S3, Fault.Rejected, Blame.File)]
    [InlineData(Put, 409, "XMinioObjectExistsAsDirectory", Speaker.S3, Fault.Rejected, Blame.File)]
    [InlineData(Put, 403, "AccessDenied", Speaker.S3, Fault.Refused, Blame.File)]
    [InlineData(Put, 400, "BadDigest", Speaker.S3, Fault.Corrupted, Blame.File)]
    [InlineData(Head, 404, "", Speaker.S3, Fault.NotThere, Blame.File)]
    [InlineData(Head, 404, "", Speaker.Unknown, Fault.NotThere, Blame.File)]
    [InlineData(Head, 404, "", Speaker.Other, Fault.NotThere, Blame.File)]
    [InlineData(Part, 404, "NoSuchUpload", Speaker.S3, Fault.NotThere, Blame.File)]
    [InlineData(Other, 404, "NoSuchKey", Speaker.S3, Fault.NotThere, Blame.File)]
    // An option's.
    [InlineData(Put, 400, "InvalidStorageClass", Speaker.S3, Fault.Unsupported, Blame.File)]
    [InlineData(Put, 400, "AccessControlListNotSupported", Speaker.S3, Fault.Unsupported, Blame.File)]
    [InlineData(Create, 400, "KMS.NotFoundException", Speaker.S3, Fault.Unsupported, Blame.File)]
    [InlineData(Create, 501, "NotImplemented", Speaker.S3, Fault.Unsupported, Blame.File)]
    [InlineData(Put, 501, "", Speaker.S3, Fault.Unsupported, Blame.File)]
    // The bucket's.
    [InlineData(Put, 404, "NoSuchBucket", Speaker.S3, Fault.NoBucket, Blame.Bucket)]
    [InlineData(Put, 404, "", Speaker.S3, Fault.NoBucket, Blame.Bucket)]
    [InlineData(Create, 404, "NotFound", Speaker.S3, Fault.NoBucket, Blame.Bucket)]
    [InlineData(Other, 404, "NoSuchBucket", Speaker.S3, Fault.NoBucket, Blame.Bucket)]
    [InlineData(Put, 403, "AllAccessDisabled", Speaker.S3, Fault.NoBucket, Blame.Bucket)]
    [InlineData(Put, 400, "XMinioAdminBucketQuotaExceeded", Speaker.S3, Fault.Full, Blame.Bucket)]
    [InlineData(Put, 403, "QuotaExceeded", Speaker.S3, Fault.Full, Blame.Bucket)]
    [InlineData(Part, 507, "XMinioStorageFull", Speaker.S3, Fault.Full, Blame.Bucket)]
    [InlineData(Put, 507, "InsufficientCapacity", Speaker.S3, Fault.Full, Blame.Bucket)]
    [InlineData(Put, 507, "", Speaker.Unknown, Fault.Full, Blame.Bucket)]
    // The account's.
    [InlineData(Put, 403, "SignatureDoesNotMatch", Speaker.S3, Fault.Credentials, Blame.Account)]
    [InlineData(Put, 403, "InvalidAccessKeyId", Speaker.S3, Fault.Credentials, Blame.Account)]
    [InlineData(Put, 403, "UserSuspended", Speaker.S3, Fault.Credentials, Blame.Account)]
    [InlineData(Put, 403, "RequestTimeTooSkewed", Speaker.S3, Fault.Clock, Blame.Account)]
    internal void AnAnswerHasOneMeaning(RequestKind asked, int status, string code, Speaker speaker, Fault fault, Blame blame)
    {
        Assert.Equal(fault, Verdicts.Of(new(asked, status, code, speaker)));
        Assert.Equal(blame, Reply.BlameOf(fault));
    }

    /// <summary>What was sent under a condition may be the condition's.</summary>
    [Theory]
    [InlineData(501, "NotImplemented", Speaker.S3, false, Fault.NoConditions)]
    [InlineData(501, "", Speaker.Unknown, false, Fault.NoConditions)]
    [InlineData(501, "NotImplemented", Speaker.S3, true, Fault.Unsupported)]
    [InlineData(400, "InvalidArgument", Speaker.S3, true, Fault.Unsupported)]
    [InlineData(400, "InvalidArgument", Speaker.S3, false, Fault.Rejected)]
    [InlineData(412, "PreconditionFailed", Speaker.S3, false, Fault.Exists)]
    [InlineData(412, "", Speaker.Other, false, Fault.Exists)]
    [InlineData(409, "ConditionalRequestConflict", Speaker.S3, false, Fault.Race)]
    internal void UnderAConditionItMayBeThatWhichIsAnswered(int status, string code, Speaker speaker, bool isOfOption, Fault fault) =>
        Assert.Equal(fault, Verdicts.Of(new(Put, status, code, speaker, IsConditional: true, IsOfOption: isOfOption)));

    [Theory]
    [InlineData(Head, 403, "", Speaker.S3, true)]
    [InlineData(Head, 400, "", Speaker.S3, true)]
    [InlineData(Head, 301, "", Speaker.S3, true)]
    [InlineData(Head, 401, "", Speaker.Unknown, true)]
    [InlineData(Head, 404, "", Speaker.Unknown, true)]
    [InlineData(Head, 404, "", Speaker.Other, true)]
    [InlineData(Head, 200, "", Speaker.Unknown, true)]
    [InlineData(Head, 501, "", Speaker.S3, true)]
    [InlineData(Head, 404, "", Speaker.S3, false)]
    [InlineData(Head, 503, "", Speaker.S3, false)]
    [InlineData(Head, 429, "", Speaker.Unknown, false)]
    [InlineData(Head, 403, "InvalidAccessKeyId", Speaker.S3, false)]
    [InlineData(Put, 403, "", Speaker.S3, false)]
    internal void OfAnAnswerWithoutABodyAnotherRequestTells(RequestKind asked, int status, string code, Speaker speaker, bool unsure) =>
        Assert.Equal(unsure, Verdicts.IsUnsure(new(asked, status, code, speaker)));

    /// <summary>HEAD, then GET of the same key.</summary>
    [Theory]
    [InlineData(Fault.Refused, Fault.Credentials, Fault.Credentials)]
    [InlineData(Fault.Refused, Fault.Clock, Fault.Clock)]
    [InlineData(Fault.Refused, Fault.Refused, Fault.Refused)]
    [InlineData(Fault.Refused, Fault.None, Fault.Refused)]
    [InlineData(Fault.Refused, Fault.NotThere, Fault.Refused)]
    [InlineData(Fault.Refused, Fault.Abandoned, Fault.Abandoned)]
    [InlineData(Fault.Rejected, Fault.Credentials, Fault.Credentials)]
    [InlineData(Fault.NotThere, Fault.NotThere, Fault.NotThere)]
    [InlineData(Fault.NotThere, Fault.NoBucket, Fault.NoBucket)]
    [InlineData(Fault.NotThere, Fault.NotS3, Fault.NotS3)]
    [InlineData(Fault.NotThere, Fault.Refused, Fault.Refused)]
    [InlineData(Fault.NotThere, Fault.None, Fault.Rejected)]
    [InlineData(Fault.NotS3, Fault.NotS3, Fault.NotS3)]
    [InlineData(Fault.NotS3, Fault.NotThere, Fault.Rejected)]
    [InlineData(Fault.NotS3, Fault.None, Fault.Rejected)]
    [InlineData(Fault.NotS3, Fault.Unreachable, Fault.Unreachable)]
    [InlineData(Fault.Redirected, Fault.Redirected, Fault.Redirected)]
    internal void WhatHeadLeavesOpenGetDecides(Fault head, Fault why, Fault expected) =>
        Assert.Equal(expected, Verdicts.Join(new Reply(head, "of HEAD"), new Reply(why, "of GET")).Fault);
}
