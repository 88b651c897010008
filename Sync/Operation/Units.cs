using System;
using System.Globalization;

namespace S3Sync.Sync.Operation;

/// <summary>Numbers as a person reads them. Pure.</summary>
static class Units
{
    static readonly string[] Names = ["bytes", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>Bytes in the unit that reads best; 1 KB is 1,024 bytes, as everywhere in s3sync.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (Math.Abs(bytes) >= 1024 && unit < Names.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || bytes >= 100 ? Math.Round(bytes).ToString("0", CultureInfo.InvariantCulture) : bytes.ToString("0.0", CultureInfo.InvariantCulture))} {Names[unit]}");
    }

    /// <summary>A number and what it counts, in the plural where that is due.</summary>
    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>Files a second, a minute or an hour, whichever is at least one.</summary>
    public static string PerTime(double perSecond) => perSecond switch
    {
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.0} files/s"),
        >= 1 / 60.0 => string.Create(CultureInfo.InvariantCulture, $"{perSecond * 60:0.0} files/min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond * 3600:0.0} files/h"),
    };

    /// <summary>A time of the ledger (milliseconds since 1970 UTC) in this machine's own zone.</summary>
    public static string Moment(long time) => DateTimeOffset.FromUnixTimeMilliseconds(time).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>How long ago, or in how long.</summary>
    public static string Age(long milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(Math.Abs(milliseconds));
        return time.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days") : Shown.Time(time);
    }
}
