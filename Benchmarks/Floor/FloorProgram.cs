using System;
using S3Sync.Benchmarks;

// Four small programs in one executable, so that one publish makes all that the comparison needs.
switch (args)
{
    // What is left of the work when nothing is remembered: URL BUCKET DIRECTORY CONNECTIONS [careful].
    case ["put", var url, var bucket, var directory, var connections, .. var how]:
        return await new RawLoop(new(url), bucket, directory, int.Parse(connections), how is ["careful"]).RunAsync();
    // An S3 server that keeps names, lengths and hashes: PORT [what Conditions.Parse reads].
    case ["server", var port, .. var conditions]:
        using (var server = new NullServer(int.Parse(port), Conditions.Parse(conditions)))
        {
            Console.WriteLine("ready");
            server.Run();
        }
        return 0;
    // Files that come steadily: DIRECTORY COUNT PER-SECOND RESULT.
    case ["produce", var into, var count, var perSecond, var result]:
        Producer.Run(into, int.Parse(count), int.Parse(perSecond), result);
        return 0;
    // What a command costs: FILE COMMAND ARGUMENT...
    case ["measure", var cost, var command, .. var rest]:
        return Measure.Run(cost, command, rest);
    default:
        Console.Error.WriteLine("usage: floor put URL BUCKET DIRECTORY CONNECTIONS | server PORT [CONDITIONS] | produce DIRECTORY COUNT PER-SECOND RESULT | measure FILE COMMAND ARGUMENT...");
        return 2;
}
