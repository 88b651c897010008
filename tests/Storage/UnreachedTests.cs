using System;
using System.IO;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Amazon.Runtime;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>Why a server did not answer is said in words of our own, with its name and what helps, not in those of a library.</summary>
public sealed class UnreachedTests
{
    const string Theirs = "The SSL connection could not be established, see inner exception.";

    public static TheoryData<string> Names => [.. Words.Keys];

    static readonly System.Collections.Generic.Dictionary<string, (Exception Thrown, string What, string Hint)> Words = new()
    {
        ["name"] = (Request(HttpRequestError.NameResolutionError, new SocketException((int)SocketError.HostNotFound)), "its name is not found in DNS", "--endpoint"),
        ["name, for now"] = (Request(HttpRequestError.NameResolutionError, new SocketException((int)SocketError.TryAgain)), "its name is not found in DNS", "--endpoint"),
        ["refused"] = (Request(HttpRequestError.ConnectionError, new SocketException((int)SocketError.ConnectionRefused)), "connection refused", "port"),
        ["no way"] = (Request(HttpRequestError.ConnectionError, new SocketException((int)SocketError.NetworkUnreachable)), "there is no way to it", "network"),
        ["not trusted"] = (Request(HttpRequestError.SecureConnectionError, new CertificateException(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.PartialChain)), "its TLS certificate is not trusted", "--ca-file"),
        ["another name"] = (Request(HttpRequestError.SecureConnectionError, new CertificateException(SslPolicyErrors.RemoteCertificateNameMismatch, default)), "its TLS certificate is for another name", "name"),
        ["ended"] = (Request(HttpRequestError.SecureConnectionError, new CertificateException(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid)), "its TLS certificate has ended", "clock"),
        ["no TLS"] = (Request(HttpRequestError.SecureConnectionError, new AuthenticationException(Theirs)), "TLS cannot be agreed on", "https"),
        ["reset"] = (Request(HttpRequestError.Unknown, new IOException(Theirs, new SocketException((int)SocketError.ConnectionReset))), "the connection was reset", ""),
        ["closed"] = (Request(HttpRequestError.ResponseEnded, new IOException(Theirs)), "it closed the connection", ""),
        ["time"] = (new TaskCanceledException(Theirs), "no answer in time", ""),
        ["no HTTP"] = (Request(HttpRequestError.InvalidResponse, null), "no HTTP that can be read", "S3 server"),
        ["of the SDK"] = (new AmazonServiceException(Theirs, Request(HttpRequestError.ConnectionError, new SocketException((int)SocketError.ConnectionRefused))), "connection refused", "port"),
        ["of nobody knows whom"] = (new IOException(Theirs), "the connection broke off", ""),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatFailedIsSaidInOurWordsWithTheHost(string name)
    {
        var (thrown, what, hint) = Words[name];
        var reply = BucketFaults.Of(thrown, abandoned: false, "s3.test:9000");
        Assert.Equal(Fault.Unreachable, reply.Fault);
        Assert.StartsWith("s3.test:9000: ", reply.Detail, StringComparison.Ordinal);
        Assert.Contains(what, reply.Detail, StringComparison.Ordinal);
        Assert.Contains(hint, reply.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("SSL", reply.Detail, StringComparison.Ordinal);
        Assert.Equal(hint.Length > 0, reply.Detail!.Contains("(hint: ", StringComparison.Ordinal));
    }

    static HttpRequestException Request(HttpRequestError error, Exception? inner) => new(error, Theirs, inner);
}
