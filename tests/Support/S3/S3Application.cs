using System;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace S3Sync.Tests.Support.S3;

/// <summary>From HTTP request to answer: reads the target, lets faults strike, verifies the signature, calls the operation. Called by all connections at once.</summary>
sealed class S3Application(S3ServerOptions options, Buckets buckets) : IHttpApplication<HttpContext>
{
    static readonly int Operations = Enum.GetValues<S3Operation>().Length;

    readonly SignatureV4 signatures = new(options);
    readonly ObjectWrites writes = new(options, buckets);
    readonly ObjectReads reads = new(buckets);
    readonly Multipart multipart = new(options, buckets);
    readonly MultipartCompletion completion = new(options, buckets);
    readonly Listings listings = new(buckets);
    readonly int[] counts = new int[Operations];
    int now;
    int most;
    long requests;

    public Profile Profile { get; set; } = options.Profile;

    public Faults Faults { get; } = new();

    public event Action<S3Request>? Arrived;

    public int MostAtOnce => Volatile.Read(ref most);

    public int Count(S3Operation operation) => Volatile.Read(ref counts[(int)operation]);

    public HttpContext CreateContext(IFeatureCollection features) => new DefaultHttpContext(features);

    public void DisposeContext(HttpContext context, Exception? exception) { }

    public async Task ProcessRequestAsync(HttpContext http)
    {
        NoteArrival();
        try
        {
            await Serve(http);
        }
        catch (Exception gone) when (gone is OperationCanceledException or ConnectionAbortedException or ConnectionResetException or IOException)
        {
            // The client went away, or the server is being stopped: nobody is left to answer.
            http.Abort();
        }
        catch (Exception defect)
        {
            // A defect of this server must not look like one of the program under test.
            Console.Error.WriteLine($"S3 server: {http.Request.Method} {http.Request.Path}: {defect}");
            http.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref now);
        }
    }

    async Task Serve(HttpContext http)
    {
        var requestId = Interlocked.Increment(ref requests).ToString("X16", CultureInfo.InvariantCulture);
        S3Request? request = null;
        S3Reply reply;
        if (options.Name is { } name)
            http.Response.Headers.Server = name;
        try
        {
            request = Read(http);
            Arrived?.Invoke(request);
            Faults.Choose(request);
            if (options.IsRegional)
                SendHome(request, http);
            if (!await Faults.Before(request))
            {
                http.Abort();
                return;
            }
            request.Signature = signatures.Verify(http.Request, request.Target, request.Operation == S3Operation.GetCallerIdentity ? "sts" : "s3");
            reply = await Perform(request);
            reply.WithoutLength = request.Operation == S3Operation.HeadObject && !Profile.HeadSaysLength;
            if (!await Faults.After(request, reply))
            {
                http.Abort();
                return;
            }
            reply.Respell(Profile);
        }
        catch (S3Error error)
        {
            reply = S3Reply.Of(error, request, requestId);
        }
        catch (BadHttpRequestException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // Kestrel's word for a body that ended early or is not framed as HTTP wants it.
            reply = S3Reply.Of(BodySource.Incomplete(), request, requestId);
        }
        await S3ReplyWriter.Send(reply, http, request, requestId);
    }

    S3Request Read(HttpContext http)
    {
        var raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var target = S3Target.Parse(raw, http.Request.Headers.Host.ToString());
        var operation = Route.Of(http.Request.Method, target, http.Request.Headers.ContainsKey("x-amz-copy-source"));
        return new(http, target, operation, Interlocked.Increment(ref counts[(int)operation]));
    }

    void SendHome(S3Request request, HttpContext http)
    {
        var host = http.Request.Headers.Host.ToString();
        var named = host.EndsWith(".amazonaws.com", StringComparison.Ordinal) && !host.Contains("accelerate", StringComparison.Ordinal) ? host.Split('.')[^3] : options.Region;
        if (named != options.Region || request.Operation == S3Operation.HeadBucket)
            http.Response.Headers["x-amz-bucket-region"] = options.Region;
        if (named != options.Region && request.Bucket.Length > 0)
            throw new S3Error(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.");
    }

    async ValueTask<S3Reply> Perform(S3Request request) => request.Operation switch
    {
        S3Operation.PutObject => await writes.Put(request, Profile),
        S3Operation.UploadPart => await multipart.Put(request, Profile),
        S3Operation.GetObject or S3Operation.HeadObject => reads.Get(request),
        S3Operation.CreateMultipartUpload => multipart.Create(request, Profile),
        S3Operation.CompleteMultipartUpload => await completion.Complete(request, Profile),
        S3Operation.AbortMultipartUpload => multipart.Abort(request),
        S3Operation.ListParts => multipart.List(request),
        S3Operation.DeleteObject => writes.Delete(request),
        S3Operation.DeleteObjects => await writes.DeleteMany(request, Profile),
        S3Operation.GetObjectTagging => reads.Tagging(request),
        S3Operation.ListObjectsV2 => listings.ListV2(request, Profile),
        S3Operation.ListObjects => listings.List(request),
        S3Operation.ListObjectVersions => listings.Versions(request),
        S3Operation.ListMultipartUploads => listings.Uploads(request),
        S3Operation.ListBuckets => buckets.List(),
        S3Operation.CreateBucket => buckets.Create(request),
        S3Operation.DeleteBucket => buckets.Delete(request),
        S3Operation.HeadBucket => buckets.Head(request),
        S3Operation.GetBucketLocation => buckets.Location(request),
        S3Operation.GetBucketVersioning => buckets.Versioning(request),
        S3Operation.PutBucketVersioning => await buckets.SetVersioning(request, Profile),
        S3Operation.GetBucketLifecycleConfiguration => buckets.Lifecycle(request),
        S3Operation.PutBucketLifecycleConfiguration => await buckets.SetLifecycle(request, Profile),
        S3Operation.GetCallerIdentity => await CallerIdentity.Answer(request, options, Profile),
        _ => throw S3Error.NotImplemented($"{request.Method} {request.Target.Path}"),
    };

    void NoteArrival()
    {
        var current = Interlocked.Increment(ref now);
        for (var seen = most; current > seen; seen = most)
            Interlocked.CompareExchange(ref most, current, seen);
    }
}
