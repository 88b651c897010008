using System;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>Shows the program at work on generated files and a local S3 server.</summary>
static class Demo
{
    public static Task<int> RunAsync(string[] args)
    {
        Console.Error.WriteLine($"demo {string.Join(' ', args)}: not there yet");
        return Task.FromResult(1);
    }
}
