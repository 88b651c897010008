using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.Extensions.Logging;
using S3Sync.Sync;
using S3Sync.Sync.Voice;
using Xunit;
using ZLogger;
using ZLogger.Providers;

namespace S3Sync.Tests.Sync.Voice;

/// <summary>An output of the log that takes nothing for a while, or fails: whoever logs goes on, and every line is written or counted.</summary>
public sealed class OutletTests
{
    /// <summary>An output that takes something only while the gate is open, and nothing where it fails.</summary>
    sealed class Output : Stream
    {
        readonly MemoryStream taken = new();

        public ManualResetEventSlim Gate { get; } = new(true);

        public volatile bool Fails;

        public string[] Lines
        {
            get
            {
                lock (taken)
                    return Encoding.UTF8.GetString(taken.ToArray()).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
            }
        }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Gate.Wait();
            if (Fails)
                throw new IOException("No space left on device");
            lock (taken)
                taken.Write(buffer);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    sealed class Stand : IDisposable
    {
        readonly ZLoggerLogProcessorLoggerProvider provider;

        public Stand()
        {
            var options = new ZLoggerOptions();
            Outlet = new(Output, options) { Regained = count => Dropped.Add(count) };
            provider = new(Outlet, options);
            Log = provider.CreateLogger("test");
        }

        public Output Output { get; } = new();

        public Outlet Outlet { get; }

        public ILogger Log { get; }

        /// <summary>What was told of, by the outlet's thread.</summary>
        public List<long> Dropped { get; } = [];

        public void Say(int first, int count)
        {
            for (var i = first; i < first + count; i++)
                Log.Found($"{i}");
        }

        /// <summary>Ends it with time enough; returns every line that was taken.</summary>
        public string[] End()
        {
            Outlet.Complete();
            Outlet.Wait(TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
            return Output.Lines;
        }

        public void Dispose()
        {
            Output.Gate.Set();
            provider.Dispose();
        }
    }

    [Fact]
    public void EveryLineIsWrittenInItsOrder()
    {
        using var stand = new Stand();
        stand.Say(0, 10_000);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"found {i}"), stand.End());
        Assert.Empty(stand.Dropped);
    }

    [Theory, InlineData(100), InlineData(3 * Outlet.MostQueued)]
    public void WhoLogsIsNotHeldUpAndWhatIsDroppedIsCounted(int lines)
    {
        using var stand = new Stand();
        stand.Output.Gate.Reset();
        stand.Say(0, lines);
        stand.Output.Gate.Set();
        var taken = stand.End();
        Assert.Equal(lines, taken.Length + stand.Dropped.Sum());
        Assert.Equal(lines > 2 * Outlet.MostQueued, stand.Dropped.Sum() > 0);
        Assert.InRange(taken.Length, Math.Min(lines, Outlet.MostQueued), 2 * Outlet.MostQueued);
    }

    [Fact]
    public void LinesThatFailToBeWrittenAreCountedAndLaterOnesAreWritten()
    {
        using var stand = new Stand();
        stand.Output.Fails = true;
        stand.Say(0, 10);
        Assert.True(SpinWait.SpinUntil(() => { stand.Say(10, 1); return stand.Dropped.Sum() >= 10; }, TimeSpan.FromMinutes(1)));
        stand.Output.Fails = false;
        stand.Say(0, 1);
        Assert.Contains("found 0", stand.End());
    }

    [Fact]
    public void TheEndWaitsForNoOutputThatStandsStill()
    {
        using var stand = new Stand();
        stand.Output.Gate.Reset();
        stand.Say(0, 100);
        stand.Outlet.Complete();
        var begun = Stopwatch.StartNew();
        stand.Outlet.Wait(TimeSpan.FromSeconds(0.2), Timeout.InfiniteTimeSpan);
        stand.Outlet.Wait(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(0.2));
        Assert.InRange(begun.Elapsed, TimeSpan.FromSeconds(0.19), TimeSpan.FromSeconds(20));
        Assert.Empty(stand.Output.Lines);
    }

    /// <summary>As by Ctrl+S.</summary>
    [Fact]
    public void ATerminalThatWasStoppedHoldsUpNeitherItsLogNorTheEnd()
    {
        var output = new Output();
        output.Gate.Reset();
        var terminal = new Terminal(output, 80);
        var options = new ZLoggerOptions();
        var outlet = new Outlet(terminal, options);
        using var provider = new ZLoggerLogProcessorLoggerProvider(outlet, options);
        var looked = new ManualResetEventSlim();
        using (Progress.Open(terminal, () => { looked.Set(); return new(1, 2, 3); }))
        {
            Assert.True(looked.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            for (var i = 0; i < 1000; i++)
                provider.CreateLogger("test").Found($"{i}");
        }
        outlet.Complete();
        outlet.Wait(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.1));
        Assert.Empty(output.Lines);
        output.Gate.Set();
        outlet.Wait(TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        Assert.Contains(output.Lines, line => line.EndsWith("found 999", StringComparison.Ordinal));
    }
}
