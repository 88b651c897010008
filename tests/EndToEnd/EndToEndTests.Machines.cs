using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>Several machines into one bucket, at the same time.</summary>
public abstract partial class EndToEndTests
{
    const int Machines = 3;

    [Fact]
    public async Task MachinesWithPrefixesOfTheirOwnShareABucketAndNothingElse()
    {
        const int files = 200;
        var machines = await OpenMachines();
        foreach (var machine in machines)
            for (var i = 0; i < files; i++)
                machine.Write($"{i % 10}/{i}.dat", 1000 + i);
        await Task.WhenAll(machines.Select((machine, number) => Run(machine, expected: 0, "--prefix", $"machine-{number}")));
        var objects = await Scene.View.List(Cancel);
        Assert.Equal(Machines * files, objects.Count);
        foreach (var (machine, number) in machines.Select((machine, number) => (machine, number)))
        {
            Assert.Empty(machine.Files());
            foreach (var (path, file) in machine.Expected.Where(pair => pair.Key.EndsWith("7.dat")))
                Assert.True(Pattern.Matches(file.Seed, 0, await Scene.View.Get($"machine-{number}/{path}", Cancel)), path);
        }
        await Close(machines);
    }

    [Fact]
    public async Task MachinesThatShareAPrefixNeverReplaceEachOthersObjects()
    {
        const int common = 60, own = 60;
        var machines = await OpenMachines();
        foreach (var (machine, number) in machines.Select((machine, number) => (machine, number)))
        {
            for (var i = 0; i < common; i++)
                machine.Write($"{i}.dat", 1000);
            for (var i = 0; i < own; i++)
                machine.Write($"own-{number}-{i}.dat", 1000);
        }
        // At the same time, so that they meet at the same keys; who loses has them on disk still.
        await Task.WhenAll(machines.Select(machine => Run(machine, expected: null, "--prefix", "shared")));
        Assert.Equal(common + (Machines * own), (await Scene.View.List(Cancel)).Count);
        for (var i = 0; i < common; i++)
        {
            var (name, stored) = ($"{i}.dat", await Scene.View.Get($"shared/{i}.dat", Cancel));
            var winner = Assert.Single(machines, machine => Pattern.Matches(machine.Expected[name].Seed, 0, stored));
            // Whose object it is has no file any more, and everybody else has.
            Assert.Equal(machines.Where(machine => machine != winner), machines.Where(machine => File.Exists(machine.FullPath(name))));
        }
        Assert.Equal((Machines - 1) * common, machines.Sum(machine => machine.Files().Length));
        await Close(machines);
    }

    async Task<List<Scene>> OpenMachines()
    {
        List<Scene> machines = [];
        for (var i = 0; i < Machines; i++)
            machines.Add(await Scene.Open((await Needs.PublishedExe()).Path, Scene.Url));
        return machines;
    }

    async Task Run(Scene machine, int? expected, params string[] more)
    {
        var run = machine.StartWith(["-w", machine.Root, "-b", Scene.Bucket, "--endpoint", Scene.Url, "--ledger", machine.Ledger, "-i", "0", "--once", .. more]);
        if (expected is { } code)
            await Scene.AssertExit(run, code);
        else
            Assert.True(await run.Exit(Scene.Limit) is 0 or 3, run.Output);
    }

    static async Task Close(List<Scene> machines)
    {
        foreach (var machine in machines)
            await machine.DisposeAsync();
    }
}
