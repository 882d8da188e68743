using Amqp.Benchmarks;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

// All benchmarks run in this process. By default BenchmarkDotNet generates a project for each benchmark. That project would have no access
// to the broker's internals, and its build would take a minute.
var config = DefaultConfig.Instance.AddJob(Job.Default
    .WithToolchain(InProcessEmitToolchain.Instance)
    .WithClock(new ProcessorClock())
    .WithWarmupCount(3)
    .WithIterationCount(10)
    .WithIterationTime(TimeInterval.FromMilliseconds(100)));
if (args is ["memory"])
    BindingMemory.Print(Console.Out);
else
    BenchmarkSwitcher.FromAssembly(typeof(RoutingBenchmarks).Assembly).Run(args, config);
