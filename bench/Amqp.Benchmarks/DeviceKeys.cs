namespace Amqp.Benchmarks;

/// <summary>
/// Topic keys of many devices: <c>region.site.device.metric</c>. Each message has the metric temperature, and matches three of the four
/// bindings of its device.
/// </summary>
internal static class DeviceKeys
{
    /// <summary>Number of bindings for each device.</summary>
    public const int PerDevice = 4;

    /// <summary>
    /// Returns the routing keys of messages. The devices are in random order, so that the processor's caches do not help.
    /// </summary>
    public static string[] Published(int bindings, int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Published(random.Next(bindings / PerDevice)))];
    }

    /// <summary>Returns the binding keys for the given number of bindings.</summary>
    public static IEnumerable<string> Bound(int bindings) => Enumerable.Range(0, bindings / PerDevice).SelectMany(device => new[]
    {
        $"{Region(device)}.{Site(device)}.device-{device}.*",
        $"*.{Site(device)}.device-{device}.temperature",
        $"{Region(device)}.*.device-{device}.#",
        $"#.device-{device}.humidity",
    });

    private static string Published(int device) => $"{Region(device)}.{Site(device)}.device-{device}.temperature";

    private static string Region(int device) => $"region-{device % 10}";

    private static string Site(int device) => $"site-{device % 1000}";
}
