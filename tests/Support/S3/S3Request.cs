using System;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace S3Sync.Tests.Support.S3;

/// <summary>One request as the server's parts see it. Lives until its response is sent.</summary>
sealed class S3Request(HttpContext http, S3Target target, S3Operation operation, int index)
{
    public S3Operation Operation => operation;

    /// <summary>Which request of its operation this is, from 1.</summary>
    public int Index => index;

    public S3Target Target => target;

    public string Bucket => target.Bucket;

    public string Key => target.Key;

    public string Method => http.Request.Method;

    /// <summary>Content-Length, null where the client sent none.</summary>
    public long? Length => http.Request.ContentLength;

    public PipeReader Body => http.Request.BodyReader;

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken Gone => http.RequestAborted;

    /// <summary>Set once the signature is verified.</summary>
    public Signature? Signature { get; set; }

    /// <summary>The faults that chose this request, each for its own moment.</summary>
    public List<Fault> Faults { get; } = [];

    /// <summary>Bytes a second to read the body and write the answer with, 0 for no limit.</summary>
    public int Speed { get; set; }

    /// <summary>Reads so many bytes of the body and forgets them.</summary>
    public async Task Skip(long count)
    {
        for (var skipped = 0L; skipped < count;)
        {
            var result = await Body.ReadAsync(Gone);
            skipped += result.Buffer.Length;
            Body.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }

    /// <summary>A header's value, null where it is not there.</summary>
    public string? Header(string name) => http.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>Every header, names as sent.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers
    {
        get
        {
            foreach (var (name, value) in http.Request.Headers)
                yield return new(name, value.ToString());
        }
    }

    /// <summary>A query parameter that must be there.</summary>
    public string Required(string name) => target[name] ?? throw S3Error.InvalidArgument($"The parameter {name} is missing.");

    /// <summary>A query parameter between <paramref name="least"/> and <paramref name="most"/>; the fallback where it is not there.</summary>
    public int Number(string name, int least, int most, int fallback) => target[name] switch
    {
        null => fallback,
        var text when int.TryParse(text, out var number) && number >= least && number <= most => number,
        _ => throw S3Error.InvalidArgument($"{name} must be an integer between {least} and {most}, inclusive"),
    };
}
