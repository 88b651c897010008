using System;
using System.Collections.Generic;
using System.IO;

namespace S3Sync.Sync.Operation;

/// <summary>The lines of <c>s3sync check</c>, written as they are found: ok, warning or failed, and for the latter two what to do.</summary>
sealed class CheckList(TextWriter output)
{
    // Of level and subject.
    const int Indent = 22;

    int ok, warnings, failures;

    /// <summary>True if a check failed.</summary>
    public bool HasFailed => failures > 0;

    public void Ok(string subject, string what)
    {
        ok++;
        Write("ok", subject, what);
    }

    public void Warning(string subject, string what, string hint)
    {
        warnings++;
        Write("warning", subject, what, hint);
    }

    public void Failed(string subject, string what, string hint)
    {
        failures++;
        Write("failed", subject, what, hint);
    }

    /// <summary>Each problem as a failed check.</summary>
    public void Failed(string subject, IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
        {
            Failed(subject, problem.What, problem.Hint);
        }
    }

    /// <summary>Has checks made that may never come to an end, and takes them over; false, and nothing is taken, if they have not within that time.</summary>
    public bool TryTake(Action<CheckList> check, string place, TimeSpan limit)
    {
        var text = new StringWriter();
        var own = new CheckList(text);
        if (!Limited.TryAsk(place, () =>
        {
            check(own);
            return true;
        }, limit, out _))
        {
            return false;
        }
        output.Write(text.ToString());
        output.Flush();
        (ok, warnings, failures) = (ok + own.ok, warnings + own.warnings, failures + own.failures);
        return true;
    }

    /// <summary>The last line.</summary>
    public void Sum() => output.WriteLine($"{ok + warnings + failures} checks: {ok} ok, {Count(warnings, "warning")}, {failures} failed");

    void Write(string level, string subject, string what, string? hint = null)
    {
        output.WriteLine(Fold.Line($"{level,-8} {subject,-12} {Problem.Escape(what)}", Indent));
        if (!string.IsNullOrEmpty(hint))
        {
            output.WriteLine(Fold.Line($"{"",-Indent}hint: {Problem.Escape(hint)}", Indent));
        }
        output.Flush();
    }

    static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
