using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for policies and operator policies.</summary>
internal static class PolicyVerbs
{
    private static readonly string[] _columns = ["vhost", "name", "pattern", "apply-to", "definition", "priority"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("clear_operator_policy", "[--vhost <vhost>] <name>", 1, 1, "Clears an operator policy", call =>
            ClearAsync(call, "operator-policies", "operator policy")),
        new("clear_policy", "[--vhost <vhost>] <name>", 1, 1, "Clears (removes) a policy", call => ClearAsync(call, "policies", "policy")),
        new(
            "list_operator_policies", "[--vhost <vhost>] [--no-table-headers]", 0, 0, "Lists operator policy overrides for a virtual host",
            call => ListAsync(call, "operator-policies", "operator policy overrides"))
        {
            Flags = ["--no-table-headers"],
            Timeout = 60,
        },
        new("list_policies", "[--vhost <vhost>] [--no-table-headers]", 0, 0, "Lists all policies in a virtual host", call =>
            ListAsync(call, "policies", "policies"))
        {
            Flags = ["--no-table-headers"],
            Timeout = 60
        },
        new(
            "set_operator_policy",
            "[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> <definition>",
            3,
            3,
            "Sets an operator policy that overrides a subset of arguments in user policies",
            call => SetAsync(call, "operator-policies", "operator policy override"))
        {
            Options = ["--priority", "--apply-to"],
        },
        new(
            "set_policy", "[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> <definition>", 3, 3,
            "Sets or updates a policy", call => SetAsync(call, "policies", "policy"))
        {
            Options = ["--priority", "--apply-to"],
        },
    ];

    private static async Task SetAsync(CtlCall call, string kind, string words)
    {
        int priority = call.Number("priority", 0);
        call.Announce(
            $"Setting {words} \"{call[0]}\" for pattern \"{call[1]}\" to \"{call[2]}\" with priority "
                + $"\"{priority}\" for vhost \"{call.VirtualHost}\" ...");
        JsonNode? definition = CtlCall.ParseJson(call[2]);
        await call.DemandVirtualHostAsync();
        var body = new JsonObject
        {
            ["pattern"] = call[1],
            ["definition"] = definition,
            ["priority"] = priority,
            ["apply-to"] = call.Input.Option("apply-to") ?? "all"
        };
        await call.SendAsync(HttpMethod.Put, ApiPath.Of(kind, call.VirtualHost, call[0]), body);
    }

    private static async Task ClearAsync(CtlCall call, string kind, string words)
    {
        call.Announce($"Clearing {words} \"{call[0]}\" on vhost \"{call.VirtualHost}\" ...");
        await call.DeleteAsync(ApiPath.Of(kind, call.VirtualHost, call[0]), CtlException.NoParameter());
    }

    private static async Task ListAsync(CtlCall call, string kind, string words)
    {
        call.Announce($"Listing {words} for vhost \"{call.VirtualHost}\" ...");
        JsonElement policies = await call.FindAsync(ApiPath.Of(kind, call.VirtualHost))
            ?? throw CtlException.NoVirtualHost(call.VirtualHost);
        CtlFormat.Print(
            call,
            _columns,
            [.. policies.EnumerateArray().Select(policy => _columns.Select(column => CtlJson.AsText(policy, column)).ToArray())],
            isStreamed: false);
    }
}
