using System.Globalization;

namespace Amqp.Benchmarks;

/// <summary>Measures the memory that a binding and its key take, as the mean of 100,000 bindings.</summary>
internal static class BindingMemory
{
    private const int Bindings = 100_000;

    public static void Print(TextWriter output)
    {
        foreach (string type in new[] { "topic", "direct", "fanout" })
        {
            using var host = new BoundHost(type);
            long before = GC.GetTotalMemory(forceFullCollection: true);
            int number = 0;
            foreach (string key in type == "topic"
                ? DeviceKeys.Bound(Bindings)
                : Enumerable.Range(0, Bindings).Select(i => $"order.{i}.shipped"))
                host.Bind(number++, key);
            long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{type}: {bytes / (double)Bindings:F0} bytes each"));
            GC.KeepAlive(host);
        }
    }
}
