using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;

namespace S3Sync.Tests.Support;

/// <summary>"server [--port N] [--directory DIR] [--bucket NAME]... [--discard]": the local S3 server on its own, until Ctrl+C or the end of standard input.</summary>
static class ServerCommand
{
    const string Usage = "usage: server [--port N] [--directory DIR] [--bucket NAME]... [--discard]";

    public static async Task<int> Run(string[] args)
    {
        var options = new S3ServerOptions();
        var buckets = new List<string>();
        for (var at = 0; at < args.Length; at++)
            switch (args[at], at + 1 < args.Length ? args[at + 1] : null)
            {
                case ("--discard", _):
                    options = options with { DiscardBodies = true };
                    break;
                case ("--port", { } text) when ushort.TryParse(text, out var port):
                    options = options with { Port = port };
                    at++;
                    break;
                case ("--directory", { } directory):
                    options = options with { Directory = Directory.CreateDirectory(directory).FullName };
                    at++;
                    break;
                case ("--bucket", { } bucket):
                    buckets.Add(bucket);
                    at++;
                    break;
                default:
                    Console.Error.WriteLine($"server: error: what is {args[at]}?\n{Usage}");
                    return 2;
            }
        await Serve(options, buckets);
        return 0;
    }

    static async Task Serve(S3ServerOptions options, List<string> buckets)
    {
        await using var server = await S3Server.Start(options, buckets);
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        Console.WriteLine($"""
            AWS_ENDPOINT_URL={server.Url}
            AWS_ACCESS_KEY_ID={options.AccessKey}
            AWS_SECRET_ACCESS_KEY={options.SecretKey}
            AWS_REGION={options.Region}
            """);
        await Task.WhenAny(stop.Task, EndOfInput());

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
    }

    static async Task EndOfInput()
    {
        // On a thread of its own: reading a terminal cannot be cancelled.
        await Task.Factory.StartNew(static () =>
        {
            while (Console.Read() >= 0)
                continue;
        }, TaskCreationOptions.LongRunning);
    }
}
