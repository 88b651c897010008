using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;

namespace S3Sync.Benchmarks;

/// <summary>
/// Makes files of 4 KiB at a steady rate, each at its own instant: whatever delays one delays no other.
/// </summary>
static class Producer
{
    const int Bytes = 4096;

    /// <summary>
    /// Writes a line a file to the result: its name, when it was closed (us since 1970), and how much later than it
    /// should have been (us).
    /// </summary>
    public static void Run(string directory, int count, int perSecond, string result)
    {
        var body = new byte[Bytes];
        var text = new StringBuilder();
        var begun = Pause.After(0);
        for (var i = 0; i < count; i++)
        {
            var due = begun + ((long)i * Stopwatch.Frequency / perSecond);
            var name = i.ToString("0000000", CultureInfo.InvariantCulture);
            Pause.Until(due);
            using (var file = File.OpenHandle(Path.Join(directory, name), FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, body, 0);
            }
            text.Append(CultureInfo.InvariantCulture, $"{name} {NullServer.Now()} {Stopwatch.GetElapsedTime(due).TotalMicroseconds:0}\n");
        }
        File.WriteAllText(result, text.ToString());
    }
}
