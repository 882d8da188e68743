using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for virtual hosts.</summary>
internal static class VirtualHostVerbs
{
    private static readonly string[] _known =
        ["name", "tracing", "cluster_state", "description", "tags", "default_queue_type", "metadata", "protected_from_deletion"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new(
            "add_vhost",
            "<vhost> [--description <description> --tags \"<tag1>,<tag2>,<...>\" --default-queue-type <quorum|classic|stream>]",
            1,
            1,
            "Creates a virtual host",
            AddAsync)
        {
            Options = ["--description", "--tags", "--default-queue-type"],
        },
        new("delete_vhost", "<vhost>", 1, 1, "Deletes a virtual host", DeleteAsync),
        .. new[] { "disable_vhost_deletion_protection", "disable_vhost_protection_from_deletion" }.Select(name =>
            new CtlVerb(name, "<vhost>", 1, 1, "Removes deletion protection from a virtual host (so that it can be deleted)", call =>
                ProtectAsync(call, false))),
        .. new[] { "enable_vhost_deletion_protection", "enable_vhost_protection_from_deletion" }.Select(name =>
            new CtlVerb(name, "<vhost>", 1, 1, "Protects a virtual host from deletion (until the protection is removed)", call =>
                ProtectAsync(call, true))),
        new("list_vhosts", "[--no-table-headers] [<column> ...]", 0, int.MaxValue, "Lists virtual hosts", ListAsync)
        {
            Flags = ["--no-table-headers"],
            Timeout = 60
        },
        new("restart_vhost", "[--vhost <vhost>]", 0, 0, "Restarts a failed vhost data stores and queues", RestartAsync),
        new("set_vhost_tags", "<vhost> <tag> [...]", 1, int.MaxValue, "Sets virtual host tags", TagAsync),
        new("trace_off", "[--vhost <vhost>]", 0, 0, "Stops tracing in a virtual host", call => TraceAsync(call, false)),
        new("trace_on", "[--vhost <vhost>]", 0, 0, "Starts tracing in a virtual host", call => TraceAsync(call, true)),
        new(
            "update_vhost_metadata",
            "<vhost> [--description <description> --tags \"<tag1>,<tag2>,<...>\" --default-queue-type <quorum|classic|stream>]",
            1,
            1,
            "Updates metadata (tags, description, default queue type) a virtual host",
            UpdateAsync)
        {
            Options = ["--description", "--tags", "--default-queue-type"],
        },
    ];

    private static async Task AddAsync(CtlCall call)
    {
        call.Announce($"Adding vhost \"{call[0]}\" ...");
        // Without this check, the PUT would change an existing virtual host.
        if (await call.FindAsync(ApiPath.Of("vhosts", call[0])) is null)
            await call.SendAsync(HttpMethod.Put, ApiPath.Of("vhosts", call[0]), Described(call));
    }

    private static async Task UpdateAsync(CtlCall call)
    {
        call.Announce($"Updating metadata of vhost \"{call[0]}\" ...");
        if (await call.FindAsync(ApiPath.Of("vhosts", call[0])) is null)
            throw CtlException.NoVirtualHost(call[0]);
        await call.SendAsync(HttpMethod.Put, ApiPath.Of("vhosts", call[0]), Described(call));
    }

    private static JsonObject Described(CtlCall call)
    {
        var body = new JsonObject();
        foreach (var (option, field) in new[]
        {
            ("description", "description"),
            ("tags", "tags"),
            ("default-queue-type", "default_queue_type")
        })
            if (call.Input.Option(option) is { } value)
                body[field] = value;
        return body;
    }

    private static async Task DeleteAsync(CtlCall call)
    {
        call.Announce($"Deleting vhost \"{call[0]}\" ...");
        await call.DeleteAsync(ApiPath.Of("vhosts", call[0]), CtlException.NoVirtualHost(call[0]), CtlException.ProtectedVirtualHost());
    }

    private static async Task ProtectAsync(CtlCall call, bool isProtected)
    {
        call.Announce(isProtected
            ? $"Protecting virtual host \"{call[0]}\" from removal by updating its metadata..."
            : $"Removing deletion protection from virtual host \"{call[0]}\" by updating its metadata...");
        await call.ChangeAsync(
            isProtected ? HttpMethod.Post : HttpMethod.Delete,
            ApiPath.Of("vhosts", call[0], "deletion", "protection"),
            CtlException.NoVirtualHost(call[0]));
    }

    private static async Task ListAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _known, "name");
        call.Announce("Listing vhosts ...");
        JsonElement[] hosts = await call.ListAsync("vhosts");
        CtlFormat.Print(
            call,
            columns,
            [
                .. hosts.Select(
                    host => columns.Select(column =>
                        column == "cluster_state" && !call.IsForProgram
                            ? States(host)
                            : host.TryGetProperty(column, out JsonElement value) ? value : default)
                        .ToArray())
            ],
            isStreamed: false);
    }

    private static JsonElement States(JsonElement host) => host.GetProperty("cluster_state").EnumerateObject()
        .Select(node => $"{{{node.Name}, {node.Value.GetString()}}}").ToNode().ToElement();

    private static async Task RestartAsync(CtlCall call)
    {
        call.Announce($"Trying to restart vhost '{call.VirtualHost}' on node '{call.Node}' ...");
        if (await call.FindAsync(ApiPath.Of("vhosts", call.VirtualHost)) is null)
            throw CtlException.Error(
                ExitCode.Software,
                $"Failed to start vhost '{call.VirtualHost}' on node '{call.Node}'Reason: {{:no_such_vhost, \"{call.VirtualHost}\"}}");
        call.Say($"Vhost '{call.VirtualHost}' is already running on node '{call.Node}'");
    }

    private static async Task TagAsync(CtlCall call)
    {
        string[] tags = [.. call.Input.Arguments.Skip(1)];
        call.Announce($"Setting tags for virtual host \"{call[0]}\" to [{string.Join(", ", tags)}] ...");
        if (await call.FindAsync(ApiPath.Of("vhosts", call[0])) is null)
            throw CtlException.Error(ExitCode.Refused, $"Virtual host \"{call[0]}\" does not exist");
        await call.SendAsync(HttpMethod.Put, ApiPath.Of("vhosts", call[0]), new JsonObject { ["tags"] = string.Join(',', tags) });
    }

    private static async Task TraceAsync(CtlCall call, bool isOn)
    {
        call.Announce($"{(isOn ? "Starting" : "Stopping")} tracing for vhost \"{call.VirtualHost}\" ...");
        await call.DemandVirtualHostAsync();
        await call.SendAsync(HttpMethod.Put, ApiPath.Of("vhosts", call.VirtualHost), new JsonObject { ["tracing"] = isOn });
        call.SayValue($"Trace {(isOn ? "enabled" : "disabled")} for vhost {call.VirtualHost}");
    }
}
