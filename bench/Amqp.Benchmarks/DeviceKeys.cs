namespace Amqp.Benchmarks;

/// <summary>
/// Keys as a fleet of devices has them: <c>region.site.device.metric</c>. Four bindings are about each device, and three of
/// them match the temperatures that it publishes.
/// </summary>
internal static class DeviceKeys
{
    /// <summary>Bindings about one device.</summary>
    public const int PerDevice = 4;

    /// <summary>Routing keys of messages: devices in no order, so that the processor's caches do not know the next one.</summary>
    public static string[] Published(int bindings, int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Published(random.Next(bindings / PerDevice)))];
    }

    /// <summary>The binding keys, as many as asked for.</summary>
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
