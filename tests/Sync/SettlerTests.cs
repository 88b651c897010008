using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Files are reported when they have been left alone, each once.</summary>
public sealed class SettlerTests
{
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    static List<string> Take(Settler settler, TimeSpan now)
    {
        List<string> taken = [];
        while (settler.TryTake(now, out _, out var path, out _))
        {
            taken.Add(path);
        }
        return taken;
    }

    [Fact]
    public void AClosedFileIsReportedWhenItHasBeenQuietAndNotBefore()
    {
        var settler = new Settler(Quiet, 10);
        settler.Touch(0, "a", closed: true, At(0), out var isNew);
        Assert.True(isNew);
        Assert.Empty(Take(settler, At(1.9)));
        Assert.Equal(["a"], Take(settler, At(2)));
        Assert.Equal(0, settler.Count);
        Assert.Null(settler.Next);
    }

    [Fact]
    public void ATouchStartsTheQuietAnew()
    {
        var settler = new Settler(Quiet, 10);
        settler.Touch(0, "a", closed: true, At(0), out _);
        settler.Touch(0, "a", closed: true, At(1.5), out var isNew);
        Assert.False(isNew);
        Assert.Empty(Take(settler, At(3.4)));
        Assert.Equal(["a"], Take(settler, At(3.5)));
        Assert.Empty(Take(settler, At(100)));
    }

    [Fact]
    public void WithoutAQuietPeriodAnUnclosedFileIsGivenASecondAndAClosedOneNone()
    {
        var settler = new Settler(TimeSpan.Zero, 10);
        settler.Touch(0, "made", closed: false, At(0), out _);
        settler.Touch(0, "closed", closed: false, At(0), out _);
        settler.Touch(0, "closed", closed: true, At(0.1), out _);
        Assert.Equal(["closed"], Take(settler, At(0.1)));
        Assert.Equal(["made"], Take(settler, At(1)));
    }

    [Fact]
    public void OneThatFindsNoRoomIsRefusedAndTheOthersStay()
    {
        var settler = new Settler(Quiet, 2);
        Assert.True(settler.Touch(0, "a", true, At(0), out _));
        Assert.True(settler.Touch(0, "b", true, At(0), out _));
        Assert.False(settler.Touch(0, "c", true, At(0), out _));
        Assert.True(settler.Touch(0, "a", true, At(1), out _));
        Assert.Equal(["b"], Take(settler, At(2)));
        Assert.Equal(["a"], Take(settler, At(3)));
    }

    [Fact]
    public void WhateverIsTouchedWhenEveryFileIsReportedAsOftenAsItComesToRest() =>
        Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 1500]).Array[1, 60].Sample(touches =>
        {
            var settler = new Settler(Quiet, 100);
            var (now, last) = (TimeSpan.Zero, new Dictionary<string, TimeSpan>());
            void Drain()
            {
                foreach (var path in Take(settler, now))
                {
                    Assert.True(now - last[path] >= Quiet, $"{path} was touched {now - last[path]} ago");
                    Assert.True(last.Remove(path), $"{path} was reported twice");
                }
                Assert.All(last.Values, touched => Assert.True(now - touched < Quiet));
                Assert.Equal(last.Count, settler.Count);
            }
            foreach (var (file, closed, pause) in touches)
            {
                now += TimeSpan.FromMilliseconds(pause);
                Drain();
                settler.Touch(0, $"{file}", closed, now, out var isNew);
                Assert.Equal(last.ContainsKey($"{file}"), !isNew);
                last[$"{file}"] = now;
            }
            now += Quiet;
            Drain();
            Assert.Empty(last);
        });
}
