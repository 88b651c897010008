using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using S3Sync.Benchmarks;

if (args is ["compare", .. var rest])
    return await Compare.RunAsync(rest);
if (args is ["figures", .. var others])
    return await Figures.RunAsync(others);
if (args is ["simulate", .. var simulated])
    return Simulate.Run(simulated);

// Without arguments every class runs, and nothing is asked on the console.
string[] arguments = args.Length == 0 ? ["--filter", "*"] : args;

// Short: a few minutes for all of them; the numbers they defend differ by factors, not by percents.
var config = DefaultConfig.Instance.WithArtifactsPath("artifacts/benchmarks").AddJob(Job.ShortRun.WithRuntime(CoreRuntime.Core10_0).AsDefault());
var summaries = BenchmarkSwitcher.FromAssembly(typeof(DigestBenchmarks).Assembly).Run(arguments, config);

// A benchmark that did not run is a failure, not an empty table.
foreach (var summary in summaries)
{
    if (summary.HasCriticalValidationErrors || summary.Reports.Length == 0)
        return 1;
    foreach (var report in summary.Reports)
    {
        if (!report.Success)
            return 1;
    }
}
return 0;
