using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

public abstract partial class EndToEndTests
{
    [Fact]
    public async Task AFileStillBeingWrittenIsTakenOnlyWhenItIsWhole()
    {
        // Pauses are longer than the quiet that is waited for: only that the writer holds the file tells it is not complete.
        var writers = Enumerable.Range(0, 8).Select(i => Task.Run(() => WriteSlowly($"slow/{i}.dat", pieces: 5, pause: TimeSpan.FromSeconds(0.5)), Cancel)).ToArray();
        for (var i = 0; i < 100; i++)
            Scene.Write($"quick/{i}.dat", 5000);
        // A drain waits for what was there when its first scan ended.
        await Eventually.True(() => Directory.Exists(Scene.FullPath("slow")) && Directory.GetFiles(Scene.FullPath("slow")).Length == 8, () => "a writer has not begun", Cancel);
        await Scene.Drain();
        Assert.True(Task.WhenAll(writers).IsCompletedSuccessfully, "the drain ended while files were still being written");
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task FilesThatArriveDuringTheDrainAreMovedInWhateverWayTheyArrive()
    {
        for (var i = 0; i < 1000; i++)
            Scene.Write($"before/{i:D4}.dat", 2000);
        // There when the first scan ends, and as long as its writer holds it the drain does not end.
        using var over = new CancellationTokenSource();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holder = Task.Run(() => Hold("holder.dat", held, over.Token), Cancel);
        await held.Task.WaitAsync(Scene.Limit, Cancel);
        var run = Scene.Start("--once");
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        for (var i = 0; i < 200; i++)
        {
            Scene.Write($"during/{i % 10}/{i:D3}.dat", 3000);
            WriteThenRename($"renamed/{i:D3}.dat", 3000);
        }
        MoveIn("moved", files: 300);
        await Eventually.True(() => Scene.Files() is [_], () => run.Output, Cancel);
        await over.CancelAsync();
        await holder;
        await Scene.AssertExit(run, 0);
        await Scene.AssertAllMoved();
        Assert.Empty(Scene.Files());
    }

    [Fact]
    public async Task ADrainEndsThoughFilesKeepComingAndTheNextOneTakesThem()
    {
        for (var i = 0; i < 20; i++)
            Scene.Write($"before/{i:D2}.dat", 2000);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var producing = Task.Run(() =>
        {
            for (var i = 0; !over.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(0.3)); i++)
                Scene.Write($"later/{i:D3}.dat", 2000);
        }, Cancel);
        var run = Scene.StartWith([.. Scene.Arguments[..^2], "--once", "-i", "2"]);
        Assert.Equal(0, await run.Exit(TimeSpan.FromSeconds(60)));
        await over.CancelAsync();
        await producing;
        Assert.DoesNotContain(Scene.Files(), file => file.StartsWith("before", StringComparison.Ordinal));
        await Scene.Drain();
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task AWatchTakesWhatArrivesAndEndsInOrderOnSigterm()
    {
        var run = Scene.Start("--grace", "5");
        await run.WaitForLine("watching", Scene.Limit);
        var holder = Task.Run(() => WriteSlowly("slow.dat", pieces: 4, pause: TimeSpan.FromSeconds(0.3)), Cancel);
        for (var i = 0; i < 300; i++)
        {
            Scene.Write($"live/{i % 7}/{i:D3}.dat", Sizes[i % Sizes.Length]);
            if (i % 3 == 0)
                WriteThenRename($"renamed/{i:D3}.dat", 3000);
        }
        MoveIn("moved", files: 100);
        await holder;
        await WaitUntilGone();
        // And more, which the signal finds in every stage there is.
        for (var i = 0; i < 500; i++)
            Scene.Write($"late/{i:D3}.dat", 20_000);
        run.Signal(ProgramRun.Terminate);
        Assert.Equal(0, await run.Exit(TimeSpan.FromSeconds(60)));
        (await Scene.Judge()).AssertSound();
        await Scene.Drain();
        await Scene.AssertAllMoved();
    }

    /// <summary>Keeps the file open and appends to it, with pauses.</summary>
    void WriteSlowly(string path, int pieces, TimeSpan pause)
    {
        const int Piece = 50_000;
        var file = Scene.Promise(path, pieces * Piece);
        Directory.CreateDirectory(Path.GetDirectoryName(Scene.FullPath(path))!);
        using var writer = new FileStream(Scene.FullPath(path), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        for (var piece = 0; piece < pieces; piece++)
        {
            Pattern.Write(writer, file.Seed, piece * Piece, Piece);
            Cancel.WaitHandle.WaitOne(pause);
        }
    }

    /// <summary>Keeps a file open that it writes to at the beginning and at the end.</summary>
    void Hold(string path, TaskCompletionSource held, CancellationToken over)
    {
        const int Half = 50_000;
        var file = Scene.Promise(path, 2 * Half);
        using var writer = new FileStream(Scene.FullPath(path), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        Pattern.Write(writer, file.Seed, 0, Half);
        held.SetResult();
        over.WaitHandle.WaitOne(Scene.Limit);
        Pattern.Write(writer, file.Seed, Half, Half);
    }

    /// <summary>As careful programs do: under another name first. The handle is held until the name is right, so nobody may take the other name.</summary>
    void WriteThenRename(string path, long size)
    {
        var file = Scene.Promise(path, size);
        var full = Scene.FullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        using var writer = new FileStream(full + ".part", FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        Pattern.Write(writer, file.Seed, 0, size);
        File.Move(full + ".part", full);
    }

    /// <summary>Fills a directory tree beside the root and moves it in whole.</summary>
    void MoveIn(string name, int files)
    {
        var outside = Path.Combine(Scene.Place, "outside");
        for (var i = 0; i < files; i++)
        {
            var below = $"{i % 5}/{i % 3}/{i:D3}.dat";
            var file = Scene.Promise($"{name}/{below}", 1000 + i);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(outside, below))!);
            Pattern.WriteFile(Path.Combine(outside, below), file.Seed, file.Size);
        }
        Directory.Move(outside, Scene.FullPath(name));
    }

    /// <summary>Waits until no file is left below the root.</summary>
    async Task WaitUntilGone()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = new FileSystemWatcher(Scene.Root) { IncludeSubdirectories = true, InternalBufferSize = 1 << 20 };
        watch.Deleted += (_, _) => Look();
        watch.Error += (_, _) => Look();
        watch.EnableRaisingEvents = true;
        Look();
        await gone.Task.WaitAsync(Scene.Limit, Cancel);

        void Look()
        {
            if (Scene.Files().Length == 0)
                gone.TrySetResult();
        }
    }
}
