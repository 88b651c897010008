using System;
using System.Runtime.CompilerServices;

namespace S3Sync.Storage;

/// <summary>The few headers of a request, on the stack.</summary>
ref struct HeaderList
{
    // Content-MD5, Content-Type, Host, If-None-Match and four of x-amz-.
    const int Most = 8;

    Places places;
    int count;

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<SignedHeader> All => ((ReadOnlySpan<SignedHeader>)places)[..count];

    public void Add(string name, string value) => places[count++] = new(name, value);

    [InlineArray(Most)]
    struct Places
    {
        SignedHeader first;
    }
}
