using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Prints <c>status</c> and <c>cluster_status</c> in RabbitMQ's format. Leaves out the features that this broker lacks.</summary>
internal static class NodeStatus
{
    /// <summary>Gets the broker's process id.</summary>
    public static async Task<int> PidAsync(CtlCall call) =>
        int.Parse((await NodeAsync(call)).GetProperty("os_pid").GetString()!, CultureInfo.InvariantCulture);

    /// <summary>Gets the description of the node from the HTTP API.</summary>
    public static async Task<JsonElement> NodeAsync(CtlCall call) => (await call.GetAsync("nodes")).EnumerateArray().First();

    public static async Task PrintAsync(CtlCall call)
    {
        DemandUnit(call);
        call.Announce($"Status of node {call.Node} ...");
        JsonElement overview = await call.GetAsync("overview"), node = await NodeAsync(call);
        int hosts = (await call.ListAsync("vhosts")).Length;
        if (call.IsForProgram)
        {
            call.Output.WriteLine(Machine(overview, node, hosts).ToText());
            return;
        }
        var output = call.Output;
        Heading(output, "Runtime");
        output.WriteLine($"OS PID: {Text(node, "os_pid")}");
        output.WriteLine($"OS: {OperatingSystemName}");
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
        output.WriteLine($"Virtual host count: {hosts}");
        Heading(output, "Listeners");
        foreach (ListenerView listener in ListenerView.Of(overview))
            output.WriteLine($"I{listener.ToString()[1..]}");
    }

    public static async Task PrintClusterAsync(CtlCall call)
    {
        call.Announce($"Cluster status of node {call.Node} ...");
        JsonElement overview = await call.GetAsync("overview"), node = await NodeAsync(call);
        string name = Text(overview, "node");
        JsonElement[] flags = await call.ListAsync("feature-flags");
        string maintenance = IsDrained(node) ? "marked for maintenance" : "not under maintenance";
        if (call.IsForProgram)
        {
            call.Output.WriteLine(new JsonObject
            {
                ["alarms"] = Alarms(node).ToNode(),
                ["cluster_name"] = Text(overview, "cluster_name"),
                ["disk_nodes"] = new JsonArray(name),
                ["feature_flags"] = flags.Select(JsonForms.ToNode).ToNode(),
                ["listeners"] = new JsonObject { [name] = ListenerView.Of(overview).Select(listener => listener.Fields).ToNode() },
                ["maintenance_status"] = new JsonObject { [name] = maintenance },
                ["partitions"] = new JsonObject(),
                ["ram_nodes"] = new JsonArray(),
                ["running_nodes"] = new JsonArray(name),
                ["versions"] = new JsonObject
                {
                    [name] = new JsonObject
                    {
                        ["rabbitmq_name"] = Text(overview, "product_name"),
                        ["rabbitmq_version"] = Text(overview, "product_version"),
                    },
                },
            }.ToText());
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
        output.WriteLine(
            $"{name}: {Text(overview, "product_name")} {Text(overview, "product_version")} on {Text(overview, "erlang_full_version")}");
        Heading(output, "Maintenance status");
        output.WriteLine($"Node: {name}, status: {maintenance}");
        Heading(output, "Alarms");
        output.WriteLine(Alarms(node) is { Length: > 0 } alarms ? string.Join('\n', alarms) : "(none)");
        Heading(output, "Network Partitions");
        output.WriteLine("(none)");
        Heading(output, "Listeners");
        foreach (ListenerView listener in ListenerView.Of(overview))
            output.WriteLine($"Node: {name}, {listener}");
        Heading(output, "Feature flags");
        foreach (JsonElement flag in flags)
            output.WriteLine($"Flag: {Text(flag, "name")}, state: {Text(flag, "state")}");
    }

    /// <summary>Returns the active alarms, in RabbitMQ's words.</summary>
    public static string[] Alarms(JsonElement node)
    {
        string name = Text(node, "name");
        return
        [
            .. node.GetProperty("mem_alarm").GetBoolean() ? [$"Memory alarm on node {name}"] : Array.Empty<string>(),
            .. node.GetProperty("disk_free_alarm").GetBoolean() ? [$"Free disk space alarm on node {name}"] : Array.Empty<string>(),
        ];
    }

    /// <summary>Formats a size, given in bytes, in the requested unit (default: GB).</summary>
    public static string Size(CtlCall call, double bytes)
    {
        string unit = Unit(call);
        string number = Math.Round(bytes / Divisor(unit)!.Value, 4).ToString("0.0###", CultureInfo.InvariantCulture);
        return $"{number} {unit}";
    }

    /// <summary>Checks the option <c>--unit</c>.</summary>
    /// <exception cref="CtlException">The unit is unknown.</exception>
    public static void DemandUnit(CtlCall call)
    {
        if (Divisor(Unit(call)) is null)
            throw CtlException.Usage(
                call.Input, call.Verb, $"\"unit '{call.Input.Option("unit")}' is not supported. Please use one of: bytes, mb, gb\"");
    }

    private static string Unit(CtlCall call) => call.Input.Option("unit")?.ToLowerInvariant() ?? "gb";

    private static double? Divisor(string unit) => unit switch
    {
        "bytes" or "b" => 1,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" or "k" => 1024,
        "mib" or "m" => 1048576,
        "gib" or "g" => 1073741824,
        _ => null,
    };

    private static bool IsDrained(JsonElement node) => node.GetProperty("being_drained").GetBoolean();

    private static JsonObject Machine(JsonElement overview, JsonElement node, int hosts) => new()
    {
        ["alarms"] = Alarms(node).ToNode(),
        ["data_directory"] = Text(node, "db_dir"),
        ["disk_free"] = node.GetProperty("disk_free").ToNode(),
        ["disk_free_limit"] = node.GetProperty("disk_free_limit").ToNode(),
        ["file_descriptors"] = new JsonObject
        {
            ["sockets_limit"] = node.GetProperty("sockets_total").ToNode(),
            ["sockets_used"] = node.GetProperty("sockets_used").ToNode(),
            ["total_limit"] = node.GetProperty("fd_total").ToNode(),
            ["total_used"] = node.GetProperty("fd_used").ToNode(),
        },
        ["is_under_maintenance"] = IsDrained(node),
        ["listeners"] = ListenerView.Of(overview).Select(listener => listener.Fields).ToNode(),
        ["memory"] = new JsonObject
        {
            ["strategy"] = Text(node, "mem_calculation_strategy"),
            ["total"] = new JsonObject { ["rss"] = node.GetProperty("mem_used").ToNode() },
        },
        ["os"] = OperatingSystemName,
        ["pid"] = int.Parse(Text(node, "os_pid"), CultureInfo.InvariantCulture),
        ["product_name"] = Text(overview, "product_name"),
        ["product_version"] = Text(overview, "product_version"),
        ["rabbitmq_version"] = Text(overview, "rabbitmq_version"),
        ["totals"] = new JsonObject
        {
            ["virtual_host_count"] = hosts,
            ["connection_count"] = overview.GetProperty("object_totals").GetProperty("connections").ToNode(),
            ["queue_count"] = overview.GetProperty("object_totals").GetProperty("queues").ToNode(),
        },
        ["uptime"] = (long)(Number(node, "uptime") / 1000),
        ["vm_memory_calculation_strategy"] = Text(node, "mem_calculation_strategy"),
        ["vm_memory_high_watermark_limit"] = node.GetProperty("mem_limit").ToNode(),
    };

    private static string OperatingSystemName => OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsMacOS() ? "macOS" : "Windows";

    private static void Heading(TextWriter output, string name)
    {
        if (name is not ("Runtime" or "Basics"))
            output.WriteLine();
        output.WriteLine(CtlHelp.Bold(name));
        output.WriteLine();
    }

    private static string Text(JsonElement item, string field) => item.TryGetProperty(field, out JsonElement value) ? value.ToString() : "";

    private static double Number(JsonElement item, string field) =>
        item.TryGetProperty(field, out JsonElement value) && value.TryGetDouble(out double number) ? number : 0;
}
