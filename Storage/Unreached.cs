using System;
using System.IO;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace S3Sync.Storage;

/// <summary>A server's certificate is not trusted. Thrown where it is looked at, so that what is wrong with it is not lost.</summary>
sealed class CertificateException(SslPolicyErrors errors, X509ChainStatusFlags chain)
    : AuthenticationException($"{errors}: {chain}")
{
    /// <summary>What is wrong, and what helps.</summary>
    public (string What, string Hint) Words { get; } = (errors, chain) switch
    {
        _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => ("it shows no TLS certificate", ""),
        _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) =>
            ("its TLS certificate is for another name", "give the endpoint the name that is in the certificate"),
        _ when chain.HasFlag(X509ChainStatusFlags.NotTimeValid) =>
            ("its TLS certificate has ended, or is not valid yet", "look at this machine's clock, else renew it there"),
        _ => ("its TLS certificate is not trusted", "name its authority with --ca-file"),
    };

    /// <summary>As the handler asks for it: true where there is nothing to object to, else it throws.</summary>
    public static bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }
        var flags = X509ChainStatusFlags.NoError;
        foreach (var status in chain?.ChainStatus ?? [])
        {
            flags |= status.Status;
        }
        throw new CertificateException(errors, flags);
    }
}

/// <summary>Why a server did not answer, in words of our own: by the types and codes of what was thrown. Pure.</summary>
static class Unreached
{
    static readonly (string, string) NoName = ("its name is not found in DNS", "look at --endpoint, --region and the network");
    static readonly (string, string) NoTls =
        ("TLS cannot be agreed on with it", "does it speak https at all? look at the endpoint's address and --ca-file");

    /// <param name="host">Who was asked; null where that is not known.</param>
    public static string Say(Exception exception, string? host)
    {
        var (what, hint) = Words(exception);
        var who = string.IsNullOrEmpty(host) ? "" : $"{host}: ";
        return hint.Length == 0 ? $"{who}{what}" : $"{who}{what} (hint: {hint})";
    }

    /// <summary>What went wrong, and what helps; the latter may be empty.</summary>
    public static (string What, string Hint) Words(Exception exception)
    {
        if (Find<CertificateException>(exception) is { } certificate)
        {
            return certificate.Words;
        }
        if (Find<BadAnswerException>(exception) is { } bad)
        {
            return (bad.Message, "");
        }
        if (Find<ProxyException>(exception) is { } proxy)
        {
            return (proxy.Message, "look at --proxy, and at what the proxy allows");
        }
        if (Find<HttpRequestException>(exception)?.StatusCode is { } status)
        {
            return ($"it answered {(int)status}", "");
        }
        if (Find<SocketException>(exception) is { } socket)
        {
            return OfSocket(socket.SocketErrorCode);
        }
        if (IsLate(exception))
        {
            return ("no answer in time", "");
        }
        return Find<AuthenticationException>(exception) is not null ? NoTls : OfRequest(Find<HttpRequestException>(exception)?.HttpRequestError);
    }

    /// <summary>True if a time limit was over.</summary>
    public static bool IsLate(Exception exception) =>
        Find<OperationCanceledException>(exception) is not null || Find<TimeoutException>(exception) is not null;

    static (string, string) OfRequest(HttpRequestError? error) => error switch
    {
        HttpRequestError.NameResolutionError => NoName,
        HttpRequestError.ConnectionError => ("it cannot be connected to", "look at the network, the address and its port"),
        HttpRequestError.SecureConnectionError => NoTls,
        HttpRequestError.ProxyTunnelError => ("the proxy does not let through to it", "look at --proxy and what the proxy allows"),
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
            ("its answer is no HTTP that can be read", "is this an S3 server?"),
        HttpRequestError.ResponseEnded => ("it closed the connection before it had answered", ""),
        _ => ("the connection broke off", ""),
    };

    static (string, string) OfSocket(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => NoName,
        SocketError.ConnectionRefused =>
            ("connection refused: nobody listens there", "look at the address, its port, and whether the server runs"),
        SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted => ("the connection was reset", ""),
        SocketError.TimedOut => ("no answer in time", ""),
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown =>
            ("there is no way to it in the network", "look at the network"),
        _ => ($"the connection failed ({error})", ""),
    };

    static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }
        return null;
    }
}
