using System;
using S3Sync.Benchmarks;

// Three small programs in one executable, so that one publish makes all that the comparison needs.
switch (args)
{
    // What is left of the work when nothing is remembered: URL BUCKET DIRECTORY CONNECTIONS [careful].
    case ["put", var url, var bucket, var directory, var connections, .. var how]:
        return await new RawLoop(new(url), bucket, directory, int.Parse(connections), how is ["careful"]).RunAsync();
    // An S3 server that keeps names, lengths and hashes: PORT.
    case ["server", var port]:
        new NullServer().Run(int.Parse(port));
        return 0;
    // What a command costs: FILE COMMAND ARGUMENT...
    case ["measure", var result, var command, .. var rest]:
        return Measure.Run(result, command, rest);
    default:
        Console.Error.WriteLine("usage: floor put URL BUCKET DIRECTORY CONNECTIONS | server PORT | measure FILE COMMAND ARGUMENT...");
        return 2;
}
