using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>The faults in force. Tests add and remove them while requests run; any thread.</summary>
sealed class Faults
{
    readonly Lock gate = new();
    readonly List<Fault> rules = [];

    /// <summary>Puts a fault in force and returns it.</summary>
    public Fault Add(Fault fault)
    {
        lock (gate)
            rules.Add(fault);
        return fault;
    }

    public void Remove(Fault fault)
    {
        lock (gate)
            rules.Remove(fault);
    }

    public void Clear()
    {
        lock (gate)
            rules.Clear();
    }

    /// <summary>Notes on the request which faults strike it.</summary>
    public void Choose(S3Request request)
    {
        lock (gate)
            foreach (var rule in rules)
                if (rule.Strikes(request))
                    request.Faults.Add(rule);
    }

    /// <summary>What strikes before the work is done. False where the connection is to be dropped. Throws what is to be answered.</summary>
    public static Task<bool> Before(S3Request request) => Strike(request, afterwards: false);

    /// <summary>What strikes between the work and its answer. False where the connection is to be dropped. Throws what is to be answered.</summary>
    public static async Task<bool> After(S3Request request, S3Reply reply)
    {
        foreach (var fault in request.Faults)
            if (fault.Kind is FaultKind.WrongChecksum)
                reply.LieAboutChecksum();
            else if (fault.Kind is FaultKind.WrongETag)
                reply.LieAboutETag();
            else if (fault.Kind is FaultKind.HalfAnswer)
                reply.Half = true;
            else if (fault.Kind is FaultKind.White)
                reply.White = fault.Pause;
        return await Strike(request, afterwards: true);
    }

    static async Task<bool> Strike(S3Request request, bool afterwards)
    {
        foreach (var fault in request.Faults)
        {
            if (fault.IsAfterwards != afterwards)
                continue;
            switch (fault.Kind)
            {
                case FaultKind.Slow:
                    request.Speed = fault.BytesPerSecond;
                    break;
                case FaultKind.Stall:
                    await (fault.Release?.WaitAsync(request.Gone) ?? Task.Delay(fault.Pause, request.Gone));
                    break;
                case FaultKind.Answer:
                    throw fault.Error!;
                case FaultKind.HalfRequest:
                    await request.Skip((request.Length ?? 0) / 2);
                    return false;
                case FaultKind.Reset:
                    return false;
            }
        }
        return true;
    }
}
