using System.Text.Json;

namespace Page.Scenarios;

/// <summary>The node, its log, and traces.</summary>
internal static class NodeScenarios
{
    public static IEnumerable<Scenario> All =>
    [
        new("cluster.rename", Right.Administrator, "/node")
        {
            Sample = "/node",
            Before = async stage => stage["old"] = (await stage.Api.GetAsync("cluster-name")).GetProperty("name").GetString()!,
            Fields = [("name", "{name}")],
            After = stage => stage.HasAsync("name", stage.Name, "cluster-name"),
            Undo = stage => stage.Api.DoAsync("PUT", "/api/cluster-name", new { name = stage["old"] }),
        },
        new("node.memory", Right.Administrator, "/node")
        {
            Sample = "/node",
            Fields = [("absolute", "3GB")],
            After = async stage => (await NodeAsync(stage)).GetProperty("mem_limit").GetInt64() == 3_000_000_000,
            Undo = stage => stage.Api.DoAsync("PUT", "/api/settings/memory-high-watermark", new { relative = 0.6 }),
        },
        new("node.disk", Right.Administrator, "/node")
        {
            Sample = "/node",
            Fields = [("absolute", "60MB")],
            After = async stage => (await NodeAsync(stage)).GetProperty("disk_free_limit").GetInt64() == 60_000_000,
            Undo = stage => stage.Api.DoAsync("PUT", "/api/settings/disk-free-limit", new { absolute = "50MB" }),
        },
        new("node.loglevel", Right.Administrator, "/node")
        {
            Sample = "/node",
            Fields = [("level", "debug")],
            After = stage => stage.HasAsync("default", "debug", "log-levels"),
            Undo = stage => stage.Api.DoAsync("PUT", "/api/log-levels", new { level = "info" }),
        },
        new("node.maintenance", Right.Administrator, "/node")
        {
            Sample = "/node",
            IsAlone = true,
            Before = async stage => stage["node"] = (await NodeAsync(stage)).GetProperty("name").GetString()!,
            Confirm = "{node}",
            After = async stage => (await NodeAsync(stage)).GetProperty("being_drained").GetBoolean(),
            Undo = stage => stage.Api.DoAsync("PUT", "/api/settings/maintenance", new { enabled = false }),
        },
        new("statistics.reset", Right.Administrator, "/node")
        {
            Sample = "/node",
            After = stage => stage.ExistsAsync("overview"),
        },
        new("trace.start", Right.Administrator, "/trace")
        {
            Sample = "/trace",
            Before = stage => stage.QueueAsync(),
            Fields = [("name", "{name}"), ("seconds", "30"), ("hops", "10")],
            After = async stage => (await stage.Api.GetAsync("traces")).GetRawText().Contains(stage.Name, StringComparison.Ordinal),
        },
        new("trace.delete", Right.Administrator, "/trace/{trace}")
        {
            Sample = "/trace/{trace}",
            Before = async stage =>
            {
                await stage.QueueAsync();
                var asked = new { vhost = "/", queue = stage.Name, seconds = 30, hops = 10 };
                var trace = await stage.Api.DoAsync("POST", "/api/traces", asked);
                stage["trace"] = trace.GetProperty("id").ToString();
            },
            After = stage => stage.IsGoneAsync("traces", stage["trace"]),
        },
    ];

    private static async Task<JsonElement> NodeAsync(Stage stage) => (await stage.Api.GetAsync("nodes"))[0];
}
