using System;
using System.Globalization;
using System.Linq;

namespace S3Sync.Benchmarks;

/// <summary>What the null server saw of a program.</summary>
/// <param name="First">When the first request came; <paramref name="Last"/>: when the last one was answered; us since
/// 1970.</param>
/// <param name="Refused">Requests answered with SlowDown.</param>
/// <param name="Broken">Requests the program gave up before they were answered, as after a timeout.</param>
/// <param name="MostUnderWay">Requests between their first byte and the last one of their answer.</param>
/// <param name="P50">A request's time between those two, of half of them; <paramref name="P99"/>: of 99 %.</param>
/// <param name="Bytes">Received, heads and all.</param>
/// <param name="Cpu">The server's.</param>
readonly record struct Seen(
    long Requests, long First, long Last, long Refused, long Broken, int MostUnderWay, TimeSpan P50, TimeSpan P99, TimeSpan Longest, long Bytes, TimeSpan Cpu)
{
    /// <summary>MB (10^6 bytes) a second from the first request to the last answer.</summary>
    public double Megabytes => Bytes / Math.Max(1.0, Last - First);

    public static Seen Parse(string line)
    {
        var n = line.Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new(n[0], n[1], n[2], n[3], n[4], (int)n[5], Time(6), Time(7), Time(8), n[9], Time(10));

        TimeSpan Time(int at) => TimeSpan.FromMicroseconds(n[at]);
    }
}
