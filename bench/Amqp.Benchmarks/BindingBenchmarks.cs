using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>Measures the mean time to create and delete a binding. The exchange grows to 100,000 bindings and shrinks to none.</summary>
[MemoryDiagnoser]
public class BindingBenchmarks
{
    private const int Bindings = 100_000;

    private readonly string[] _topicKeys = [.. DeviceKeys.Bound(Bindings)];
    private readonly string[] _directKeys = [.. Enumerable.Range(0, Bindings).Select(number => $"order.{number}.shipped")];

    [Benchmark(OperationsPerInvoke = Bindings)]
    [Arguments("topic")]
    [Arguments("direct")]
    [Arguments("fanout")]
    public void BindAndUnbind(string type)
    {
        using var host = new BoundHost(type);
        string[] keys = type == "topic" ? _topicKeys : _directKeys;
        for (int i = 0; i < keys.Length; i++)
            host.Bind(i, keys[i]);
        for (int i = 0; i < keys.Length; i++)
            host.Unbind(i, keys[i]);
    }
}
