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
/// refuses to overwrite where asked to, and verifies no signature. A thread a connection, so that what it costs the
/// machine is small and even, and so that
/// an answer that is late by design is late by no more: a thread that sleeps costs nothing and wakes within 0.1 ms.
/// </summary>
sealed class NullServer : IDisposable
{
    // TCP_MAXSEG of <netinet/tcp.h>, and what is in a segment on a line of Ethernet. The loopback's are of 64 KiB,
    // which a small window does not hold.
    const int MaxSegment = 2, SegmentBytes = 1460;

    // What the kernel takes in for a connection before it has passed the line: a fiftieth of a second of the line, in
    // these limits.
    const int LeastWindow = 8 * 1024, MostWindow = 256 * 1024;

    readonly Lock gate = new();
    readonly Dictionary<string, Stored> objects = [];
    readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    readonly Queue<Socket> clients = [];
    int idle;

    /// <param name="port">0: one that is free.</param>
    public NullServer(int port, Conditions conditions)
    {
        Conditions = conditions;
        if (conditions.Line > 0)
        {
            Line = new(conditions.Line);
            listener.ReceiveBufferSize = (int)Math.Clamp(conditions.Line * 1e6 / 50, LeastWindow, MostWindow);
            listener.SetRawSocketOption((int)ProtocolType.Tcp, MaxSegment, BitConverter.GetBytes(SegmentBytes));
        }
        Bucket = conditions.Rate > 0 ? new(conditions.Rate, conditions.Depth) : null;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public Conditions Conditions { get; }

    public Traffic Traffic { get; } = new();

    /// <summary>Null: as wide as the machine is fast.</summary>
    public Line? Line { get; }

    /// <summary>What limits writes; null if nothing does.</summary>
    public TokenBucket? Bucket { get; }

    /// <summary>Serves until it is disposed of.</summary>
    public void Run()
    {
        try
        {
            while (true)
            {
                var client = listener.Accept();
                client.NoDelay = true;
                Hand(client);
            }
        }
        catch (SocketException)
        {
            // Disposed of.
        }
    }

    public void Dispose() => listener.Dispose();

    /// <summary>
    /// To a thread whose connection ended, or to a new one: some programs open a connection for each file, and that
    /// must not cost a thread each.
    /// </summary>
    void Hand(Socket client)
    {
        lock (clients)
        {
            clients.Enqueue(client);
            if (clients.Count > idle)
            {
                new Thread(Serve, 256 * 1024) { IsBackground = true }.Start();
            }
            else
            {
                Monitor.Pulse(clients);
            }
        }
    }

    void Serve()
    {
        var connection = new NullConnection(this);
        while (true)
        {
            Socket client;
            lock (clients)
            {
                idle++;
                while (clients.Count == 0)
                {
                    Monitor.Wait(clients);
                }
                idle--;
                client = clients.Dequeue();
            }
            connection.Run(client);
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

    /// <summary>
    /// The line of <see cref="S3Sync.Benchmarks.Traffic"/>, then a line an object: key, length, hash, and when it was
    /// there, in microseconds since 1970.
    /// </summary>
    public byte[] Dump()
    {
        var text = new StringBuilder();
        text.Append(Traffic).Append('\n');
        lock (gate)
        {
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
        }
        Traffic.Forget();
    }

    public static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10;
}

/// <summary>What is kept of an object: its length, a hash of its bytes, the checksum it came with and that header's name, and when it was there.</summary>
readonly record struct Stored(long Length, ulong Hash, string Header, string Checksum, long Time)
{
    /// <summary>The MD5 where the client sent one; else what no client takes for an MD5, as S3's own is not where objects are encrypted with a key of the user's.</summary>
    public string ETag => Header == "content-md5" ? Convert.ToHexStringLower(Convert.FromBase64String(Checksum)) : Hash.ToString("x16", CultureInfo.InvariantCulture) + "-1";
}
