using System.Text;

namespace S3Sync.Sync.Settings;

/// <summary>Something wrong with the settings. The caller prints <c>s3sync: error: what</c> and <c>s3sync: hint: what to do</c>, and ends with 2.</summary>
/// <param name="What">What is wrong: names the place and quotes the value.</param>
/// <param name="Hint">What to do about it.</param>
readonly record struct Problem(string What, string Hint)
{
    /// <summary>Longest value shown in full; a path may be longer, but then its beginning says enough.</summary>
    const int Shown = 200;

    /// <summary>A value as it stands in a message: in quotes, on one line, control characters escaped, at most 200 characters.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder("'");
        foreach (var c in value.Length > Shown ? value[..Shown] : value)
        {
            if (char.IsControl(c))
                text.Append($"\\u{(int)c:x4}");
            else
                text.Append(c);
        }
        return text.Append(value.Length > Shown ? "...'" : "'").ToString();
    }
}
