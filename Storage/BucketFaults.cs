using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Xml;
using Amazon.Runtime;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// Turns an answer, or what was thrown instead of one, into a <see cref="Reply"/>: what it means is <see cref="Verdicts"/>' to say, here it
/// gets its words. Never by message text, and no message of a library reaches a person.
/// </summary>
static class BucketFaults
{
    // S3's have 16 letters, other servers' up to 50.
    const int LongestNumber = 100;
    // So that the hint behind them is not cut off.
    const int LongestAnswer = 70, LongestLocation = 100;

    /// <param name="host">Who was asked; null where that is not known.</param>
    public static Reply Of(Exception exception, bool abandoned, string? host = null) => exception switch
    {
        _ when abandoned && exception is OperationCanceledException => new(Fault.Abandoned),
        _ when Limits.Of(exception) is { } limit => new(Fault.Exhausted, $"{limit.What}: {limit.Hint}"),
        BucketAnswerException e => Of(e),
        // A success that the SDK cannot read: the answer is to blame, not what was asked for.
        AmazonUnmarshallingException or XmlException or FormatException or JsonException =>
            new(Fault.Unreachable, "its answer cannot be read: it breaks off, or is not what S3 answers with"),
        AmazonServiceException { StatusCode: 0 } e => new(Of(e.ErrorCode, e.StatusCode), Unreached.Say(e, host)),
        AmazonServiceException e => Of(e.ErrorCode, e.StatusCode, e.RequestId),
        OperationCanceledException or TimeoutException or HttpRequestException or IOException or SocketException =>
            new(Fault.Unreachable, Unreached.Say(exception, host)),
        BucketCredentialsException => new(Fault.Credentials, exception.Message),
        // Thrown before anything is sent.
        AmazonClientException => new(Fault.Credentials, $"no request could be made ({Innermost(exception).GetType().Name})"),
        _ => new(Fault.Rejected, $"no request could be made of it ({exception.GetType().Name})"),
    };

    /// <summary>
    /// What an answer means that is no success. One that sends us elsewhere is the endpoint's
    /// fault; where it names the bucket's region, that bucket's.
    /// </summary>
    public static Reply Of(BucketAnswerException answer)
    {
        var facts = answer.Facts;
        var fault = Verdicts.Of(facts);
        var reply = Answered(fault, facts, answer.RequestId) with { IsUnsure = Verdicts.IsUnsure(facts) };
        if (facts.Status is >= 300 and < 400)
        {
            var to = string.IsNullOrEmpty(answer.Location) ? "another address" : Shown.Text(answer.Location, LongestLocation);
            var hint = answer.Region is { } region
                ? $"if the bucket is in {region}, say so with --region"
                : "if that is the server, give its address with --endpoint";
            return reply with
            {
                Fault = answer.Region is not null ? Fault.NoBucket : Fault.Redirected,
                Detail = $"{Shown.Text(reply.Detail!, LongestAnswer)} and sends us to {to}, which is never followed: {hint}",
            };
        }
        return fault switch
        {
            Fault.NotS3 => reply with { Detail = NotS3(answer) },
            Fault.Unsupported => reply with
            {
                Detail = answer.Options.Length == 0 ? $"{reply.Detail} (hint: this server does not know what is asked of it)"
                    : $"{reply.Detail} (hint: it does not take {answer.Options} as given: leave that out, or give it another value)",
            },
            Fault.Rejected when facts is { Status: 400, Code: "" or "InvalidArgument" or "InvalidRequest" } && answer.Options.Length > 0 =>
                reply with { Detail = $"{reply.Detail} (hint: it may be what {answer.Options} asks for)" },
            Fault.TooLarge => reply with
            {
                Detail = $"{reply.Detail}: too long for the server, or for a proxy before it (hint: raise the limit there; "
                    + "of large files --upload-part-size sends smaller parts)",
            },
            Fault.Full => reply with { Detail = $"{reply.Detail}: there is no more room (hint: make room, or raise the quota)" },
            Fault.NoBucket => reply with
            {
                Detail = $"{reply.Detail} (hint: look at the bucket's name, --region, --endpoint, and whose account this is)",
            },
            _ => reply,
        };
    }

    /// <summary>The same of an answer of which only these are known.</summary>
    public static Reply Of(string? code, HttpStatusCode status, string? request)
    {
        AnswerFacts facts = new(RequestKind.Other, (int)status, code ?? "", Speaker.Unknown);
        return Answered(Of(code, status), facts, request);
    }

    /// <summary>A request's number as it may be shown and kept; null where there is none.</summary>
    public static string? Number(string? request) =>
        string.IsNullOrEmpty(request) ? null : Shown.Text(request, LongestNumber);

    /// <summary>The same. Status 0: there was no answer.</summary>
    public static Fault Of(string? code, HttpStatusCode status) =>
        Verdicts.Of(new(RequestKind.Other, (int)status, code ?? "", string.IsNullOrEmpty(code) ? Speaker.Unknown : Speaker.S3));

    /// <summary>With what the bucket's owner needs to find it in the server's log: code, status and request id.</summary>
    static Reply Answered(Fault fault, in AnswerFacts facts, string? request)
    {
        var named = facts.Code.Length == 0 ? "" : $" {facts.Code}";
        var number = Number(request);
        var asked = number is null ? "" : $", request {number}";
        // What a server says of itself may hold anything, line ends included.
        // The number is what finds it in that server's log: a long code does not push it out.
        var answered = Shown.Text($"S3 answered {facts.Status}{named}", Shown.LongestText - asked.Length);
        return new(fault, answered + asked) { Request = number, IsThrottled = Verdicts.IsThrottling(facts) };
    }

    static string NotS3(BucketAnswerException answer)
    {
        var type = answer.Type.Length == 0 ? "" : $" {answer.Type}";
        var words = answer.Words.Length == 0 ? "" : $" \"{answer.Words}\"";
        return $"what answered is no S3 server: {answer.Facts.Status}{type}{words} (hint: is the endpoint's address right, http or https? "
            + "is it a proxy, or a portal that wants a login?)";
    }

    static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }
        return exception;
    }
}
