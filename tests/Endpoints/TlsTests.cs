using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>Which TLS is spoken, how long is waited, and that connections are kept.</summary>
public sealed class TlsTests : EndpointTest
{
    [Theory]
    [InlineData(SslProtocols.Tls12, "1.2", true)]
    [InlineData(SslProtocols.Tls13, "1.2", true)]
    [InlineData(SslProtocols.Tls13, "1.3", true)]
    [InlineData(SslProtocols.Tls12, "1.3", false)]
    public async Task NoOlderVersionThanAskedForIsSpoken(SslProtocols spoken, string least, bool isGood)
    {
        await using var front = new TlsFront(Authority.Issue(), Server.Port) { Versions = spoken };
        Scene.Write("small.dat", 1000);
        string[] arguments = [.. At(front.Url), "--tls-min", least];
        if (isGood)
        {
            await Moves(arguments);
            Assert.Equal([spoken], front.Spoken.Distinct());
            return;
        }
        var run = Scene.StartWith([.. arguments, "--once", "--patience", "0"]);
        await Scene.AssertExit(run, 1);
        Assert.Empty(front.Spoken);
        Assert.Equal(["small.dat"], Scene.Files());
    }

    /// <summary>Five files one after the other, the SDK's requests for one in parts among them, on one connection.</summary>
    [Fact]
    public async Task AConnectionIsKept()
    {
        await using var front = new TlsFront(Authority.Issue(), Server.Port);
        foreach (var i in Enumerable.Range(0, 5))
            Scene.Write($"{i}.dat", 1000);
        WriteBoth();
        await Moves([.. At(front.Url), "-u", "1", "--buffer-memory", "5"]);
        Assert.Single(front.Spoken);
    }

    [Theory]
    [InlineData("--connect-timeout")]
    [InlineData("--request-timeout")]
    public async Task ASilentServerIsGivenUpAfterTheTimeThatIsGiven(string option)
    {
        // It takes connections, and says nothing: no TLS, no answer.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Scene.Write("small.dat", 1000);
        var since = Stopwatch.StartNew();
        var run = Scene.StartWith([.. At($"{(option == "--connect-timeout" ? "https" : "http")}://{listener.LocalEndpoint}"), option, "1", "--once", "--patience", "0"]);
        await Scene.AssertExit(run, 1);
        Assert.InRange(since.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9));
        Assert.Equal(["small.dat"], Scene.Files());
    }

    [Theory]
    [InlineData("--tls-min", "1.1", "is not one of 1.2, 1.3")]
    [InlineData("--connect-timeout", "0", "is not a number of seconds from 1 to 600")]
    [InlineData("--request-timeout", "never", "is not a number of seconds from 1 to 3600")]
    [InlineData("--proxy", "proxy.example:3128", "is not the URL of a proxy")]
    [InlineData("--proxy", "https://proxy.example:3128", "is not an http URL")]
    [InlineData("--proxy", "nonsense", "is not the URL of a proxy")]
    [InlineData("--proxy", "http://a:hush@proxy.example:3128/path", "'http://***@proxy.example:3128/path' has more than a host and a port")]
    [InlineData("--proxy", "a:hush@proxy.example", "***@proxy.example")]
    [InlineData("--no-proxy", "good.example,http://bad", "'http://bad' is not a host")]
    public async Task BadValuesAreRefusedWithAHint(string option, string value, string why)
    {
        var said = await Ask(2, [.. At(Server.Url), option, value]);
        Assert.Contains(why, said);
        Assert.Contains("hint: ", said);
        Assert.DoesNotContain("hush", said);
        Assert.Equal(0, Server.Count(S3Operation.PutObject));
    }
}
