using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace S3Sync.Benchmarks;

/// <summary>
/// As little of an S3 server as clients can be measured against: it reads each body once, keeps its length and a hash, echoes the checksum it was sent,
/// refuses to overwrite where asked to, and verifies no signature. A thread a connection, so that what it costs the machine is small and even.
/// </summary>
sealed class NullServer
{
    readonly Lock gate = new();
    readonly Dictionary<string, Stored> objects = [];
    long requests, first;

    /// <summary>Serves until the process ends. Says "ready" once it listens.</summary>
    public void Run(int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        Console.WriteLine("ready");
        while (true)
        {
            var client = listener.Accept();
            client.NoDelay = true;
            new Thread(() => new NullConnection(client, this).Run(), 256 * 1024) { IsBackground = true }.Start();
        }
    }

    /// <summary>Counts a request, and remembers when the first one came.</summary>
    public void Arrived()
    {
        if (Interlocked.Increment(ref requests) == 1)
        {
            Volatile.Write(ref first, Now());
        }
    }

    public Stored? Find(string key)
    {
        lock (gate)
        {
            return objects.TryGetValue(key, out var stored) ? stored : null;
        }
    }

    /// <summary>False if it is there already and must not be overwritten.</summary>
    public bool Put(string key, in Stored stored, bool onlyIfNew)
    {
        lock (gate)
        {
            if (onlyIfNew)
            {
                return objects.TryAdd(key, stored);
            }
            objects[key] = stored;
            return true;
        }
    }

    /// <summary>What never succeeds is kept as an object whose length is how often it was tried.</summary>
    public void Refuse(string key)
    {
        lock (gate)
        {
            key = $"tried:{key}";
            objects.TryGetValue(key, out var tried);
            objects[key] = tried with { Length = tried.Length + 1, Time = Now() };
        }
    }

    /// <summary>A part is added to what is kept under its upload's name; parts come in any order, so the hash is a sum.</summary>
    public void PutPart(string upload, in Stored part)
    {
        lock (gate)
        {
            objects.TryGetValue(upload, out var whole);
            objects[upload] = new(whole.Length + part.Length, unchecked(whole.Hash + part.Hash), "", "", part.Time);
        }
    }

    public void Complete(string upload, string key, string header, string value)
    {
        lock (gate)
        {
            objects.Remove(upload, out var whole);
            objects[key] = whole with { Header = header, Checksum = value, Time = Now() };
        }
    }

    /// <summary>A line "requests first", then a line an object: key, length, hash, and when it was there, in microseconds since 1970.</summary>
    public byte[] Dump()
    {
        var text = new StringBuilder();
        lock (gate)
        {
            text.Append(CultureInfo.InvariantCulture, $"{requests} {first}\n");
            foreach (var (key, stored) in objects)
            {
                text.Append(CultureInfo.InvariantCulture, $"{key}\t{stored.Length}\t{stored.Hash:x}\t{stored.Time}\n");
            }
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public void Forget()
    {
        lock (gate)
        {
            objects.Clear();
            (requests, first) = (0, 0);
        }
    }

    public static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10;
}

/// <summary>What is kept of an object: its length, a hash of its bytes, the checksum it came with and that header's name, and when it was there.</summary>
readonly record struct Stored(long Length, ulong Hash, string Header, string Checksum, long Time)
{
    /// <summary>The MD5 where the client sent one; else what no client takes for an MD5, as S3's own is not where objects are encrypted with a key of the user's.</summary>
    public string ETag => Header == "content-md5" ? Convert.ToHexStringLower(Convert.FromBase64String(Checksum)) : Hash.ToString("x16", CultureInfo.InvariantCulture) + "-1";
}
