using System.Globalization;
using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>What <c>status</c> and <c>cluster_status</c> print: RabbitMQ's sections, without what there is not here.</summary>
internal static class NodeStatus
{
    /// <summary>The process of the broker.</summary>
    public static async Task<int> PidAsync(CtlCall call) =>
        int.Parse((await NodeAsync(call)).GetProperty("os_pid").GetString()!, CultureInfo.InvariantCulture);

    /// <summary>The node's own fields.</summary>
    public static async Task<JsonElement> NodeAsync(CtlCall call) => (await call.GetAsync("nodes")).EnumerateArray().First();

    /// <summary>One line for each listener.</summary>
    public static IEnumerable<string> Listeners(JsonElement overview) => overview.GetProperty("listeners").EnumerateArray()
        .OrderBy(listener => listener.GetProperty("port").ToString(), StringComparer.Ordinal)
        .Select(listener => $"interface: {Interface(listener)}, port: {listener.GetProperty("port")}, protocol: {listener.GetProperty("protocol")}, purpose: {Purpose(listener.GetProperty("protocol").GetString()!)}");

    public static async Task PrintAsync(CtlCall call)
    {
        call.Announce($"Status of node {call.Node} ...");
        JsonElement overview = await call.GetAsync("overview"), node = await NodeAsync(call);
        if (call.Input.Formatter == "json")
        {
            call.Output.WriteLine(JsonSerializer.Serialize(Machine(overview, node), CtlFormat.Json));
            return;
        }
        var output = call.Output;
        Heading(output, "Runtime");
        output.WriteLine($"OS PID: {Text(node, "os_pid")}");
        output.WriteLine($"OS: {(OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsMacOS() ? "macOS" : "Windows")}");
        output.WriteLine($"Uptime (seconds): {Number(node, "uptime") / 1000:0}");
        output.WriteLine($"Is under maintenance?: {(IsDrained(node) ? "true" : "false")}");
        if (Text(overview, "product_name") is { Length: > 0 } product and not "RabbitMQ")
            output.WriteLine($"{product} version: {Text(overview, "product_version")}");
        output.WriteLine($"RabbitMQ version: {Text(overview, "rabbitmq_version")}");
        output.WriteLine($"Node name: {Text(overview, "node")}");
        output.WriteLine($"Runtime: {Text(overview, "erlang_full_version")}");
        Heading(output, "Data directory");
        output.WriteLine($"Node data directory: {Text(node, "db_dir")}");
        Heading(output, "Alarms");
        output.WriteLine(Alarms(node) is { Length: > 0 } alarms ? string.Join('\n', alarms) : "(none)");
        Heading(output, "Memory");
        output.WriteLine($"Total memory used: {Size(call, Number(node, "mem_used"))}");
        output.WriteLine($"Calculation strategy: {Text(node, "mem_calculation_strategy")}");
        output.WriteLine($"Memory high watermark setting: {Size(call, Number(node, "mem_limit"))}");
        Heading(output, "File Descriptors");
        output.WriteLine($"Total: {Text(node, "fd_used")}, limit: {Text(node, "fd_total")}");
        output.WriteLine($"Sockets: {Text(node, "sockets_used")}, limit: {Text(node, "sockets_total")}");
        Heading(output, "Free Disk Space");
        output.WriteLine($"Low free disk space watermark: {Size(call, Number(node, "disk_free_limit"))}");
        output.WriteLine($"Free disk space: {Size(call, Number(node, "disk_free"))}");
        Heading(output, "Totals");
        JsonElement totals = overview.GetProperty("object_totals");
        output.WriteLine($"Connection count: {Text(totals, "connections")}");
        output.WriteLine($"Queue count: {Text(totals, "queues")}");
        output.WriteLine($"Virtual host count: {(await call.ListAsync("vhosts")).Length}");
        Heading(output, "Listeners");
        foreach (string listener in Listeners(overview))
            output.WriteLine(Capital(listener));
    }

    public static async Task PrintClusterAsync(CtlCall call)
    {
        call.Announce($"Cluster status of node {call.Node} ...");
        JsonElement overview = await call.GetAsync("overview"), node = await NodeAsync(call);
        string name = Text(overview, "node");
        if (call.Input.Formatter == "json")
        {
            call.Output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object?>
            {
                ["cluster_name"] = Text(overview, "cluster_name"),
                ["disk_nodes"] = new[] { name },
                ["ram_nodes"] = Array.Empty<string>(),
                ["running_nodes"] = new[] { name },
                ["alarms"] = Alarms(node),
                ["partitions"] = new Dictionary<string, string>(),
                ["listeners"] = new Dictionary<string, JsonElement> { [name] = overview.GetProperty("listeners") },
            }, CtlFormat.Json));
            return;
        }
        var output = call.Output;
        Heading(output, "Basics");
        output.WriteLine($"Cluster name: {Text(overview, "cluster_name")}");
        Heading(output, "Disk Nodes");
        output.WriteLine(name);
        Heading(output, "Running Nodes");
        output.WriteLine(name);
        Heading(output, "Versions");
        output.WriteLine($"{name}: {Text(overview, "product_name")} {Text(overview, "product_version")} on {Text(overview, "erlang_full_version")}");
        Heading(output, "Maintenance status");
        output.WriteLine($"Node: {name}, status: {(IsDrained(node) ? "marked for maintenance" : "not under maintenance")}");
        Heading(output, "Alarms");
        output.WriteLine(Alarms(node) is { Length: > 0 } alarms ? string.Join('\n', alarms) : "(none)");
        Heading(output, "Network Partitions");
        output.WriteLine("(none)");
        Heading(output, "Listeners");
        foreach (string listener in Listeners(overview))
            output.WriteLine($"Node: {name}, {listener}");
        Heading(output, "Feature flags");
        foreach (JsonElement flag in await call.ListAsync("feature-flags"))
            output.WriteLine($"Flag: {Text(flag, "name")}, state: {Text(flag, "state")}");
    }

    /// <summary>The alarms in effect, as RabbitMQ words them.</summary>
    public static string[] Alarms(JsonElement node)
    {
        string name = Text(node, "name");
        return
        [
            .. node.GetProperty("mem_alarm").GetBoolean() ? [$"Memory alarm on node {name}"] : Array.Empty<string>(),
            .. node.GetProperty("disk_free_alarm").GetBoolean() ? [$"Free disk space alarm on node {name}"] : Array.Empty<string>(),
        ];
    }

    /// <summary>Bytes in the unit that is asked for, gigabytes unless it is.</summary>
    public static string Size(CtlCall call, double bytes)
    {
        string unit = call.Input.Option("unit")?.ToLowerInvariant() ?? "gb";
        double divisor = unit switch
        {
            "bytes" or "b" => 1,
            "kb" => 1e3,
            "mb" => 1e6,
            "gb" => 1e9,
            "tb" => 1e12,
            "kib" or "k" => 1024,
            "mib" or "m" => 1048576,
            "gib" or "g" => 1073741824,
            _ => throw CtlException.Usage(call.Input, call.Verb, $"unit '{unit}' is not supported. Please use one of: bytes, mb, gb, tb", ExitCode.Usage),
        };
        string number = Math.Round(bytes / divisor, 4).ToString("0.0###", CultureInfo.InvariantCulture);
        return $"{number} {unit}";
    }

    private static bool IsDrained(JsonElement node) => node.GetProperty("being_drained").GetBoolean();

    private static Dictionary<string, object?> Machine(JsonElement overview, JsonElement node) => new()
    {
        ["pid"] = int.Parse(Text(node, "os_pid"), CultureInfo.InvariantCulture),
        ["uptime"] = (long)(Number(node, "uptime") / 1000),
        ["is_under_maintenance"] = IsDrained(node),
        ["product_name"] = Text(overview, "product_name"),
        ["product_version"] = Text(overview, "product_version"),
        ["rabbitmq_version"] = Text(overview, "rabbitmq_version"),
        ["data_directory"] = Text(node, "db_dir"),
        ["alarms"] = Alarms(node),
        ["vm_memory_high_watermark_limit"] = node.GetProperty("mem_limit"),
        ["memory"] = new Dictionary<string, JsonElement> { ["total"] = node.GetProperty("mem_used") },
        ["disk_free"] = node.GetProperty("disk_free"),
        ["disk_free_limit"] = node.GetProperty("disk_free_limit"),
        ["totals"] = overview.GetProperty("object_totals"),
        ["listeners"] = overview.GetProperty("listeners"),
    };

    private static void Heading(TextWriter output, string name)
    {
        if (name is not ("Runtime" or "Basics"))
            output.WriteLine();
        output.WriteLine(CtlHelp.Bold(name));
        output.WriteLine();
    }

    private static string Interface(JsonElement listener) => listener.GetProperty("ip_address").GetString() is { } address && address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : listener.GetProperty("ip_address").GetString()!;

    private static string Purpose(string protocol) => protocol switch
    {
        "amqp" => "AMQP 0-9-1",
        "amqp/ssl" => "AMQP 0-9-1 over TLS",
        "http" => "HTTP API",
        "https" => "HTTP API over TLS (HTTPS)",
        _ => protocol,
    };

    private static string Text(JsonElement item, string field) => item.TryGetProperty(field, out JsonElement value) ? value.ToString() : "";

    private static double Number(JsonElement item, string field) => item.TryGetProperty(field, out JsonElement value) && value.TryGetDouble(out double number) ? number : 0;

    private static string Capital(string line) => string.Concat(line[..1].ToUpperInvariant(), line.AsSpan(1));
}
