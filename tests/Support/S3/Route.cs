using System;
using System.Linq;

namespace S3Sync.Tests.Support.S3;

/// <summary>From method and target to operation: the table at the head of every page of the S3 API reference.</summary>
static class Route
{
    /// <summary>Sub-resources this server does not have. Without the list a PUT of an object's ACL would replace the object.</summary>
    static readonly string[] Foreign =
    [
        "acl", "attributes", "cors", "encryption", "legal-hold", "logging", "notification", "object-lock", "ownershipControls",
        "policy", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention", "select", "torrent", "website",
    ];

    public static S3Operation Of(string method, S3Target target, bool copies)
    {
        if (copies || Foreign.Any(target.Has) || target.Has("lifecycle") && target.Key.Length > 0)
            return S3Operation.Unknown;
        if (target.Bucket.Length == 0)
            return method switch { "GET" => S3Operation.ListBuckets, "POST" => S3Operation.GetCallerIdentity, _ => S3Operation.Unknown };
        return target.Key.Length == 0 ? OfBucket(method, target) : OfObject(method, target);
    }

    static S3Operation OfBucket(string method, S3Target target) => method switch
    {
        "PUT" when target.Has("versioning") => S3Operation.PutBucketVersioning,
        "PUT" when target.Has("lifecycle") => S3Operation.PutBucketLifecycleConfiguration,
        "GET" when target.Has("lifecycle") => S3Operation.GetBucketLifecycleConfiguration,
        _ when target.Has("lifecycle") => S3Operation.Unknown,
        "PUT" when target.Has("tagging") => S3Operation.Unknown,
        "PUT" => S3Operation.CreateBucket,
        "HEAD" => S3Operation.HeadBucket,
        "DELETE" => S3Operation.DeleteBucket,
        "POST" when target.Has("delete") => S3Operation.DeleteObjects,
        "GET" when target.Has("location") => S3Operation.GetBucketLocation,
        "GET" when target.Has("versioning") => S3Operation.GetBucketVersioning,
        "GET" when target.Has("versions") => S3Operation.ListObjectVersions,
        "GET" when target.Has("uploads") => S3Operation.ListMultipartUploads,
        "GET" when target.Has("tagging") => S3Operation.Unknown,
        "GET" => target["list-type"] == "2" ? S3Operation.ListObjectsV2 : S3Operation.ListObjects,
        _ => S3Operation.Unknown,
    };

    static S3Operation OfObject(string method, S3Target target) => (method, target.Has("uploadId"), target.Has("tagging")) switch
    {
        ("PUT", true, _) => S3Operation.UploadPart,
        ("PUT", false, false) => S3Operation.PutObject,
        ("GET", true, _) => S3Operation.ListParts,
        ("GET", false, true) => S3Operation.GetObjectTagging,
        ("GET", false, false) => S3Operation.GetObject,
        ("HEAD", _, _) => S3Operation.HeadObject,
        ("DELETE", true, _) => S3Operation.AbortMultipartUpload,
        ("DELETE", false, false) => S3Operation.DeleteObject,
        ("POST", true, _) => S3Operation.CompleteMultipartUpload,
        ("POST", false, _) when target.Has("uploads") => S3Operation.CreateMultipartUpload,
        _ => S3Operation.Unknown,
    };
}
