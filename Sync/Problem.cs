namespace S3Sync.Sync;

/// <summary>Something wrong with the settings. The caller prints <c>s3sync: error: what</c> and <c>s3sync: hint: what to do</c>, and ends with 2.</summary>
/// <param name="What">What is wrong: names the place and quotes the value. Control characters are escaped: one line, and nothing a terminal obeys.</param>
/// <param name="Hint">What to do about it; escaped as well.</param>
readonly record struct Problem(string What, string Hint)
{
    /// <summary>Longest value shown in full; a path may be longer, but then its beginning says enough.</summary>
    const int Longest = 200;

    public string What { get; } = Escape(What);

    public string Hint { get; } = Escape(Hint);

    /// <summary>A value as it stands in a message: in quotes, escaped, cut after 200 characters.</summary>
    public static string Quote(string value) => value.Length > Longest ? $"'{Escape(value[..Longest])}...'" : $"'{Escape(value)}'";

    /// <summary>The text with what a terminal would obey escaped, as everywhere.</summary>
    public static string Escape(string text) => Shown.Name(text);
}
