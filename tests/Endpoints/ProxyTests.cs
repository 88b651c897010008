using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>Requests go through a proxy where one is named, and its faults are not the files'.</summary>
public sealed class ProxyTests : EndpointTest
{
    [Fact]
    public async Task PlainHttpIsAskedOfItByTheWholeUrl()
    {
        await using var proxy = new TestProxy(Server.Port);
        WriteBoth();
        await Moves([.. At($"http://{Nowhere}:8080"), "--proxy", proxy.Url]);
        Assert.All(proxy.Asked, asked => Assert.StartsWith($"http://{Nowhere}:8080/{Scene.Bucket}/in/", asked.Target));
        // Ours and the SDK's.
        Assert.Equal(["HEAD", "POST", "PUT"], proxy.Asked.Select(asked => asked.Method).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task HttpsGoesThroughItUnread()
    {
        await using var proxy = new TestProxy(Server.Port, Authority);
        WriteBoth();
        await Moves([.. At($"https://{Nowhere}"), "--proxy", proxy.Url]);
        Assert.All(proxy.Asked, asked => Assert.Equal(("CONNECT", $"{Nowhere}:443", Nowhere), (asked.Method, asked.Target, asked.Name)));
    }

    [Theory]
    [InlineData("http", "HTTP_PROXY")]
    [InlineData("http", "ALL_PROXY")]
    [InlineData("https", "https_proxy")]
    [InlineData("https", "HTTPS_PROXY")]
    public async Task TheEnvironmentNamesOneAsForOtherPrograms(string scheme, string variable)
    {
        await using var proxy = new TestProxy(Server.Port, Authority);
        Scene.Write("small.dat", 1000);
        await Moves(At($"{scheme}://{Nowhere}"), new Dictionary<string, string?> { [variable] = proxy.Url });
        Assert.NotEmpty(proxy.Asked);
    }

    /// <summary>Nobody can connect to 0.0.0.0, and nobody resolves it: who tries did not ask the proxy, which would have served it.</summary>
    [Theory]
    [InlineData("NO_PROXY", "other.example,0.0.0.0/8")]
    [InlineData("no_proxy", "*")]
    [InlineData("S3SYNC_NO_PROXY", "0.0.0.0")]
    [InlineData("S3SYNC_PROXY", "none")]
    [InlineData("NO_PROXY", null)]
    public async Task WhatIsToBeReachedDirectlyIs(string variable, string? value)
    {
        await using var proxy = new TestProxy(Server.Port);
        Scene.Write("small.dat", 1000);
        var run = Scene.StartWith([.. At($"http://0.0.0.0:{Server.Port}"), "--once", "--patience", "0"], new Dictionary<string, string?> { ["HTTP_PROXY"] = proxy.Url, [variable] = value });
        await Scene.AssertExit(run, value is null ? 0 : 1);
        Assert.Equal(value is null, proxy.Asked.Count > 0);
    }

    [Fact]
    public async Task LoopbackNeedsNoProxy()
    {
        await using var proxy = new TestProxy(Server.Port);
        Scene.Write("small.dat", 1000);
        await Moves([.. At(Server.Url), "--proxy", proxy.Url], new Dictionary<string, string?> { ["HTTP_PROXY"] = proxy.Url });
        Assert.Empty(proxy.Asked);
    }

    [Theory]
    [InlineData("http", "S3SYNC_PROXY")]
    [InlineData("https", "S3SYNC_PROXY")]
    [InlineData("http", "HTTP_PROXY")]
    [InlineData("https", "HTTPS_PROXY")]
    [InlineData("https", null)]
    public async Task ItsPasswordGetsUsThroughAndIsNeverShown(string scheme, string? variable)
    {
        await using var proxy = new TestProxy(Server.Port, Authority) { Login = "clerk:hush@hush/1" };
        var url = $"http://clerk:hush%40hush%2F1@127.0.0.1:{proxy.Port}";
        string[] arguments = [.. At($"{scheme}://{Nowhere}"), "--log-level", "trace"];
        if (variable is null)
        {
            var file = Path.Combine(Scene.Place, "s3sync.json");
            await File.WriteAllTextAsync(file, $$"""{ "proxy": "{{url}}" }""", Cancel);
            arguments = [.. arguments, "--config", file];
        }
        var environment = new Dictionary<string, string?> { [variable ?? "UNUSED"] = url };
        WriteBoth();
        var run = await Moves(arguments, environment);
        Assert.DoesNotContain("hush", run.Output);
        // And where it is wrong, or nobody is there.
        proxy.Login = "clerk:other";
        foreach (var command in (string[])["check", "run"])
        {
            Scene.Write($"{command}.dat", 1000);
            var refused = Scene.StartWith([command, .. arguments, .. command == "run" ? (string[])["--once", "--patience", "0"] : []], environment);
            await refused.Exit(Scene.Limit);
            Assert.Contains($"the proxy http://127.0.0.1:{proxy.Port} ", refused.Output);
            Assert.Contains("407", refused.Output);
            Assert.DoesNotContain("hush", refused.Output);
        }
    }

    [Theory]
    [InlineData("http", 407)]
    [InlineData("http", 502)]
    [InlineData("http", 0)]
    [InlineData("https", 407)]
    [InlineData("https", 502)]
    [InlineData("https", 0)]
    public async Task OneThatRefusesMakesUploadsRestUntilItDoesNot(string scheme, int status)
    {
        var port = status == 0 ? FreePort() : 0;
        var proxy = new TestProxy(Server.Port, Authority, port) { Refusal = status };
        if (status == 0)
            await proxy.DisposeAsync();
        WriteBoth();
        var run = Scene.StartWith([.. At($"{scheme}://{Nowhere}"), "--proxy", proxy.Url]);
        await run.WaitForLine($"the proxy {proxy.Url} ", Scene.Limit);
        Assert.Equal(0, run.Count("parked"));
        if (status == 0)
            proxy = new TestProxy(Server.Port, Authority, port);
        proxy.Refusal = 0;
        await run.WaitForLine("small.dat", Scene.Limit);
        await Server.WaitForObject(Scene.Bucket, Scene.Key("small.dat")).WaitAsync(Scene.Limit, Cancel);
        await Server.WaitForObject(Scene.Bucket, Scene.Key("large.dat")).WaitAsync(Scene.Limit, Cancel);
        run.Signal(Support.ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        await Moves([.. At($"{scheme}://{Nowhere}"), "--proxy", proxy.Url]);
        await proxy.DisposeAsync();
    }

    /// <summary>A run says what was changed in its settings file, with the old value and the new.</summary>
    [Fact]
    public async Task APasswordThatIsChangedIsNotShownEither()
    {
        var file = Path.Combine(Scene.Place, "s3sync.json");
        await File.WriteAllTextAsync(file, """{ "proxy": "http://clerk:hush1@127.0.0.1:1" }""", Cancel);
        var run = Scene.StartWith([.. At(Server.Url), "--config", file]);
        await run.WaitForLine("watching", Scene.Limit);
        await File.WriteAllTextAsync(file, """{ "proxy": "http://clerk:hush02@127.0.0.1:1" }""", Cancel);
        await run.WaitForLine("http://***@127.0.0.1:1", Scene.Limit);
        Assert.DoesNotContain("hush", run.Output);
    }

    [Fact]
    public async Task CheckSaysWhichItIs()
    {
        await using var proxy = new TestProxy(Server.Port, Authority);
        Assert.Contains($"answers, through the proxy {proxy.Url}", await Ask(0, ["check", .. At($"https://{Nowhere}"), "--proxy", proxy.Url]));
        Assert.DoesNotContain("proxy", await Ask(0, ["check", .. At(Server.Url)]));
    }

    [Fact]
    public async Task AServiceIsNotWrittenDownWithAPassword()
    {
        var said = await Ask(2, ["service", "systemd", .. At($"https://{Nowhere}"), "--proxy", "http://a:hush@127.0.0.1:1"]);
        Assert.Contains("S3SYNC_PROXY", said);
        Assert.DoesNotContain("hush", said);
        Assert.Contains("--proxy http://127.0.0.1:1", await Ask(0, ["service", "systemd", .. At($"https://{Nowhere}"), "--proxy", "http://127.0.0.1:1"]));
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
