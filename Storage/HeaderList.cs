using System;
using System.Runtime.CompilerServices;

namespace S3Sync.Storage;

/// <summary>The few headers of a request, on the stack; elsewhere only where an object gets more than a plain one.</summary>
/// <param name="more">How many there will be besides.</param>
ref struct HeaderList(int more)
{
    // Content-MD5, Content-Type, Host, If-None-Match and four of x-amz-.
    const int Most = 8;

    readonly SignedHeader[]? larger = more == 0 ? null : new SignedHeader[Most + more];
    Places places;
    int count;

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<SignedHeader> All => larger is null ? ((ReadOnlySpan<SignedHeader>)places)[..count] : larger.AsSpan(0, count);

    /// <summary>At the end, where its name belongs.</summary>
    public void Add(string name, string value)
    {
        if (larger is null)
        {
            places[count++] = new(name, value);
        }
        else
        {
            larger[count++] = new(name, value);
        }
    }

    /// <summary>Where its name belongs. Only for the <c>more</c> that were announced.</summary>
    public void Insert(in SignedHeader header)
    {
        var at = count++;
        for (; at > 0 && string.CompareOrdinal(larger![at - 1].Name, header.Name) > 0; at--)
        {
            larger[at] = larger[at - 1];
        }
        larger![at] = header;
    }

    [InlineArray(Most)]
    struct Places
    {
        SignedHeader first;
    }
}
