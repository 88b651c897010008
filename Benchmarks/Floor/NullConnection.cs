using System;
using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Net.Sockets;
using System.Text;

namespace S3Sync.Benchmarks;

/// <summary>One client's requests, one after the other, on the calling thread; then another client's.</summary>
sealed class NullConnection(NullServer server)
{
    Socket socket = null!;

    readonly byte[] buffer = new byte[256 * 1024];
    readonly XxHash3 hash = new();
    int start, end;

    // The first byte's instant, 0 between requests; and whether the request is the comparison's own, which costs
    // nothing and is not counted.
    long begun;
    bool own;

    // The client closed while it was to wait.
    bool gone;

    // What each answer of an S3 server has; without it one to HEAD tells nothing.
    const string ByS3 = "x-amz-request-id: 0\r\n";

    const string SlowDown = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message><RequestId>0</RequestId><HostId>0</HostId></Error>";

    public void Run(Socket client)
    {
        (socket, start, end, gone) = (client, 0, 0, false);
        using (client)
        {
            try
            {
                Pause.Until(Pause.After(server.Conditions.Handshake));
                while (ReadHead() is { } head)
                {
                    Serve(head);
                    End(answered: !gone);
                }
            }
            catch (SocketException)
            {
                // The client is gone; what it had not finished was never an object.
            }
            finally
            {
                End(answered: false);
            }
        }
    }

    void Serve(string head)
    {
        var target = head.AsSpan(head.IndexOf(' ') + 1);
        target = target[..target.IndexOf(' ')];
        var mark = target.IndexOf('?');
        var query = mark < 0 ? default : target[(mark + 1)..];
        var key = Uri.UnescapeDataString((mark < 0 ? target : target[..mark]).ToString());
        var upload = Parameter(query, "uploadId=");
        if (Header(head, "expect") is not null)
        {
            Send("HTTP/1.1 100 Continue\r\n\r\n", "");
        }
        var (length, sum) = ReadBody(head);
        if (!own && !Answers(isWrite: head[0] is 'P'))
        {
            return;
        }
        if (head[0] is 'P' && Refuses(key))
        {
            return;
        }
        var (name, checksum) = Checksum(head);
        var stored = new Stored(length, sum, name, checksum, NullServer.Now());
        switch (head[0])
        {
            case 'P' when head[1] == 'U' && upload.Length > 0:
                server.PutPart(upload, stored);
                Answer("200 OK", stored, "");
                break;
            case 'P' when head[1] == 'U':
                var isNew = server.Put(key, stored, Header(head, "if-none-match") is not null);
                Answer(isNew ? "200 OK" : "412 Precondition Failed", stored, "");
                break;
            case 'P' when upload.Length > 0:
                server.Complete(upload, key, name, checksum);
                Answer("200 OK", stored, $"<CompleteMultipartUploadResult><ETag>\"{stored.ETag}\"</ETag>{Element(name, checksum)}</CompleteMultipartUploadResult>");
                break;
            case 'P' when query.StartsWith("uploads"):
                Answer("200 OK", default, $"<InitiateMultipartUploadResult><UploadId>{Guid.NewGuid():N}</UploadId></InitiateMultipartUploadResult>");
                break;
            case 'H' when server.Find(key) is { } found:
                Send($"HTTP/1.1 200 OK\r\n{ByS3}{Headers(found)}Content-Length: {found.Length}\r\n\r\n", "");
                break;
            case 'H':
                Send($"HTTP/1.1 {(key.AsSpan(1).Contains('/') ? "404 Not Found" : "200 OK")}\r\n{ByS3}Content-Length: 0\r\n\r\n", "");
                break;
            case 'G' when key == "/_objects":
                var dump = server.Dump();
                Send($"HTTP/1.1 200 OK\r\nContent-Length: {dump.Length}\r\n\r\n", "");
                SendAll(dump);
                break;
            case 'D' when key == "/_objects":
                server.Forget();
                Send("HTTP/1.1 204 No Content\r\n\r\n", "");
                break;
            case 'G' when query.IsEmpty && key.AsSpan(1).Contains('/') && !key.EndsWith('/'):
                Answer("404 Not Found", default, "<Error><Code>NoSuchKey</Code></Error>");
                break;
            case 'G' when query.StartsWith("location"):
                Answer("200 OK", default, "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>");
                break;
            // Whatever else a client asks about the bucket: it is empty.
            default:
                Answer("200 OK", default, "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>");
                break;
        }
    }

    /// <summary>
    /// Waits as long as an answer takes from the request's last byte, which is now; false if it was that the requests
    /// come too fast.
    /// </summary>
    bool Answers(bool isWrite)
    {
        var (latency, jitter) = (server.Conditions.Latency, server.Conditions.Jitter);
        var due = latency > 0 ? Pause.After(latency + (jitter * ((2 * Random.Shared.NextDouble()) - 1))) : 0;
        var refused = isWrite && server.Bucket?.Take() == false;
        if (latency > 0)
        {
            Pause.Until(due);
            // What came whole is served, as S3 does, though it is answered to nobody.
            gone = socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        if (!refused)
        {
            return true;
        }
        server.Traffic.Refused();
        // As S3 words it.
        Send($"HTTP/1.1 503 Slow Down\r\n{ByS3}Content-Type: application/xml\r\nContent-Length: {SlowDown.Length}\r\n\r\n", SlowDown);
        return false;
    }

    void Begin()
    {
        begun = Stopwatch.GetTimestamp();
        var there = buffer.AsSpan(start, end - start);
        own = there.StartsWith("GET /_"u8) || there.StartsWith("DELETE /_"u8);
        if (!own)
        {
            server.Traffic.Begin();
        }
    }

    void End(bool answered)
    {
        if (begun != 0 && !own)
        {
            server.Traffic.End(begun, answered);
        }
        begun = 0;
    }

    /// <summary>Reads what is there behind what was read already; false when the client has closed.</summary>
    bool Receive()
    {
        var room = buffer.AsSpan(end);
        var read = socket.Receive(server.Line is { } line ? room[..Math.Min(room.Length, line.Piece)] : room);
        end += read;
        if (read > 0 && begun == 0)
        {
            Begin();
        }
        if (!own)
        {
            server.Traffic.Received(read);
            server.Line?.Pass(read);
        }
        return read > 0;
    }

    /// <summary>The request's first line and headers; null when the client has closed.</summary>
    string? ReadHead()
    {
        if (start < end)
        {
            Begin();
        }
        while (true)
        {
            var at = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8);
            if (at >= 0)
            {
                var head = Encoding.Latin1.GetString(buffer, start, at + 2);
                start += at + 4;
                return head;
            }
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (!Receive())
            {
                return null;
            }
        }
    }

    /// <summary>Reads and hashes the body; a body in chunks with signatures is counted by what its header says and not hashed.</summary>
    (long Length, ulong Hash) ReadBody(string head)
    {
        var length = long.Parse(Header(head, "content-length") ?? "0", CultureInfo.InvariantCulture);
        hash.Reset();
        for (var left = length; left > 0;)
        {
            if (start == end)
            {
                (start, end) = (0, 0);
                if (!Receive())
                {
                    throw new SocketException((int)SocketError.ConnectionReset);
                }
            }
            var here = (int)Math.Min(left, end - start);
            hash.Append(buffer.AsSpan(start, here));
            (start, left) = (start + here, left - here);
        }
        return Header(head, "x-amz-decoded-content-length") is { } decoded ? (long.Parse(decoded, CultureInfo.InvariantCulture), 0) : (length, hash.GetCurrentHashAsUInt64());
    }

    static string Parameter(ReadOnlySpan<char> query, string name)
    {
        var at = query.IndexOf(name);
        return at < 0 ? "" : query[(at + name.Length)..].ToString().Split('&')[0];
    }

    static (string Header, string Value) Checksum(string head)
    {
        foreach (var name in (ReadOnlySpan<string>)["x-amz-checksum-crc64nvme", "x-amz-checksum-crc32c", "x-amz-checksum-crc32", "content-md5"])
        {
            if (Header(head, name) is { } value)
            {
                return (name, value);
            }
        }
        return ("", "");
    }

    static string? Header(string head, string name)
    {
        for (var at = 0; (at = head.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            if (head[at - 1] == '\n' && head[at + name.Length] == ':')
            {
                return head[(at + name.Length + 1)..head.IndexOf('\r', at)].Trim();
            }
        }
        return null;
    }

    /// <summary>True for names that stand for what never succeeds: "bad-403-AccessDenied-1", "bad-500-InternalError-1", "bad-drop-1".</summary>
    bool Refuses(string key)
    {
        var at = key.IndexOf("/bad-", StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }
        server.Refuse(key);
        if (key[(at + 5)..].Split('-') is not [var status, var code, _])
        {
            throw new SocketException((int)SocketError.ConnectionAborted);
        }
        Answer($"{status} {code}", default, $"<Error><Code>{code}</Code></Error>");
        return true;
    }

    void Answer(string status, in Stored stored, string body) =>
        Send($"HTTP/1.1 {status}\r\n{(stored.Header is null ? "" : Headers(stored))}Content-Type: application/xml\r\nContent-Length: {body.Length}\r\n\r\n", body);

    static string Headers(in Stored stored) =>
        $"x-amz-request-id: 0123456789ABCDEF\r\nServer: null\r\nETag: \"{stored.ETag}\"\r\n{(stored.Header.StartsWith('x') ? $"{stored.Header}: {stored.Checksum}\r\n" : "")}";

    static string Element(string header, string value) =>
        header.StartsWith('x') ? $"<Checksum{header["x-amz-checksum-".Length..].ToUpperInvariant()}>{value}</Checksum{header["x-amz-checksum-".Length..].ToUpperInvariant()}><ChecksumType>FULL_OBJECT</ChecksumType>" : "";

    void Send(string head, string body) => SendAll(Encoding.Latin1.GetBytes(head + body));

    void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
