using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>What a person can do about what a bucket answered to a check.</summary>
static class CheckHints
{
    public static string Of(in Reply reply, Root root, BucketAccount account) => reply.Fault switch
    {
        Fault.NoBucket => "look at the bucket's name and region",
        Fault.Redirected => "give the server's own address with --endpoint; nothing was sent to where it points",
        Fault.NotThere => "is there such a bucket? look at its name",
        Fault.Refused => "allow this account s3:PutObject, s3:GetObject, s3:ListBucket and s3:AbortMultipartUpload there"
            + (root.Objects is null ? "" : "; --tags need s3:PutObjectTagging, --acl s3:PutObjectAcl, a key of KMS kms:GenerateDataKey and kms:Decrypt"),
        Fault.Credentials => "look at the credentials: expired, unknown or mistyped",
        Fault.Clock => "set this machine's clock",
        Fault.Unreachable => "look at the network, the proxy and the endpoint's address",
        Fault.Overloaded => "try again later; the server says that it cannot now",
        Fault.Rejected when root.Objects is not null =>
            "it may not take what objects shall get besides their bytes (--storage-class, --sse, --acl, --tags, --metadata): try without",
        _ => Rules.IsAws(account.Address) ? "see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html" : "see the server's log",
    };
}
