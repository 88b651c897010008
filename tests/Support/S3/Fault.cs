using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>What a fault does to a request.</summary>
enum FaultKind
{
    /// <summary>An error instead of the answer.</summary>
    Answer,
    /// <summary>The connection is dropped.</summary>
    Reset,
    /// <summary>Nothing happens until it is released.</summary>
    Stall,
    /// <summary>Body and answer trickle.</summary>
    Slow,
    /// <summary>The connection is dropped in the middle of the answer.</summary>
    HalfAnswer,
    /// <summary>The connection is dropped in the middle of the request.</summary>
    HalfRequest,
    /// <summary>White space comes in front of the answer, for a time.</summary>
    White,
    /// <summary>The checksum in the answer is another one.</summary>
    WrongChecksum,
    /// <summary>The ETag in the answer is another one.</summary>
    WrongETag,
}

/// <summary>
/// One thing to go wrong, for the requests it is told to choose: <c>Fault.Answer(503, "SlowDown").On(S3Operation.PutObject).Skip(2).Times(3)</c>.
/// Complete it before it is added to <see cref="Faults"/>; from then on any thread may use it. By default it strikes every request, before anything is done for it.
/// </summary>
sealed class Fault(FaultKind kind)
{
    readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Func<S3Request, bool> chosen = static _ => true;
    int skip;
    int times = int.MaxValue;
    int seen;
    int struck;

    public FaultKind Kind => kind;

    /// <summary>True where the request's work is done first: the object is stored, and only the answer suffers.</summary>
    public bool IsAfterwards { get; private set; } = kind is FaultKind.HalfAnswer or FaultKind.White or FaultKind.WrongChecksum or FaultKind.WrongETag;

    /// <summary>What <see cref="FaultKind.Answer"/> answers with.</summary>
    public S3Error? Error { get; private init; }

    /// <summary>What <see cref="FaultKind.Stall"/> waits for.</summary>
    public Task? Release { get; private init; }

    /// <summary>Of <see cref="FaultKind.Stall"/> for a time, if not until released; of <see cref="FaultKind.White"/>.</summary>
    public TimeSpan Pause { get; private init; }

    /// <summary>Of <see cref="FaultKind.Slow"/>.</summary>
    public int BytesPerSecond { get; private init; }

    /// <summary>How many requests it has struck.</summary>
    public int Struck => Volatile.Read(ref struck);

    /// <summary>Done when it has struck for the first time.</summary>
    public Task Reached => reached.Task;

    /// <summary>An S3 error, such as 503 SlowDown. With status 200 the error is in the body, as CompleteMultipartUpload may do.</summary>
    public static Fault Answer(int status, string code) => new(FaultKind.Answer) { Error = new(status, code, "An injected fault.") };

    /// <summary>301 or 307 to another URL.</summary>
    public static Fault Redirect(int status, string location) =>
        new(FaultKind.Answer) { Error = new(status, status == 301 ? "PermanentRedirect" : "TemporaryRedirect", "An injected redirect.") { Location = location } };

    /// <summary>The connection is reset before the body is read.</summary>
    public static Fault Reset() => new(FaultKind.Reset);

    /// <summary>The work is done, the object stored, and the connection reset without a byte of the answer.</summary>
    public static Fault LoseAnswer() => new Fault(FaultKind.Reset).AfterStoring();

    /// <summary>Headers and half of the body of the answer, then a reset.</summary>
    public static Fault HalfAnswer() => new(FaultKind.HalfAnswer);

    /// <summary>Half of the request's body is read, then the connection is reset.</summary>
    public static Fault HalfRequest() => new(FaultKind.HalfRequest);

    /// <summary>Waits until the task is done, or the client gives up.</summary>
    public static Fault Stall(Task until) => new(FaultKind.Stall) { Release = until };

    /// <summary>Waits that long.</summary>
    public static Fault Stall(TimeSpan pause) => new(FaultKind.Stall) { Pause = pause };

    /// <summary>Reads the body and writes the answer at that speed.</summary>
    public static Fault Slow(int bytesPerSecond) => new(FaultKind.Slow) { BytesPerSecond = bytesPerSecond };

    /// <summary>Sends white space for that long, the status 200 before it, then the answer.</summary>
    public static Fault White(TimeSpan pause) => new(FaultKind.White) { Pause = pause };

    /// <summary>Acknowledges a checksum of other bytes.</summary>
    public static Fault WrongChecksum() => new(FaultKind.WrongChecksum);

    /// <summary>Acknowledges an ETag of other bytes.</summary>
    public static Fault WrongETag() => new(FaultKind.WrongETag);

    /// <summary>Only requests of that operation.</summary>
    public Fault On(S3Operation operation) => Where(request => request.Operation == operation);

    /// <summary>Only requests for that key.</summary>
    public Fault Key(string key) => Where(request => request.Key == key);

    /// <summary>Only requests that answer yes; several conditions must all hold.</summary>
    public Fault Where(Func<S3Request, bool> condition)
    {
        var earlier = chosen;
        chosen = request => earlier(request) && condition(request);
        return this;
    }

    /// <summary>Lets the first n of the chosen requests pass.</summary>
    public Fault Skip(int count)
    {
        skip = count;
        return this;
    }

    /// <summary>Strikes n times, then never again.</summary>
    public Fault Times(int count)
    {
        times = count;
        return this;
    }

    /// <summary>Lets the request's work be done first.</summary>
    public Fault AfterStoring()
    {
        IsAfterwards = true;
        return this;
    }

    /// <summary>True if it strikes this request, which then is counted. Called by <see cref="Faults"/>, one request at a time.</summary>
    public bool Strikes(S3Request request)
    {
        if (struck >= times || !chosen(request) || seen++ < skip)
            return false;
        Interlocked.Increment(ref struck);
        reached.TrySetResult();
        return true;
    }
}
