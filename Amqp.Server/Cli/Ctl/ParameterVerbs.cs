using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for the runtime parameters of virtual hosts and for global parameters.</summary>
internal static class ParameterVerbs
{
    private static readonly string[] _columns = ["component", "name", "value"];
    private static readonly string[] _globalColumns = ["name", "value"];
    private static readonly string[] _policyFields = ["pattern", "definition", "priority", "apply-to"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("clear_global_parameter", "<name>", 1, 1, "Clears a global runtime parameter", ClearGlobalAsync),
        new("clear_parameter", "[--vhost <vhost>] <component_name> <name>", 2, 2, "Clears a runtime parameter.", ClearAsync),
        new("list_global_parameters", "[--no-table-headers]", 0, 0, "Lists global runtime parameters", ListGlobalAsync)
        {
            Flags = ["--no-table-headers"],
            Timeout = 60
        },
        new("list_parameters", "[--vhost <vhost>] [--no-table-headers]", 0, 0, "Lists runtime parameters for a virtual host", ListAsync)
        {
            Flags = ["--no-table-headers"],
            Timeout = 60
        },
        new("set_global_parameter", "<name> <value>", 2, 2, "Sets a runtime parameter.", SetGlobalAsync),
        new("set_parameter", "[--vhost <vhost>] <component_name> <name> <value>", 3, 3, "Sets a runtime parameter.", SetAsync),
    ];

    private static async Task SetAsync(CtlCall call)
    {
        call.Announce(
            $"Setting runtime parameter \"{call[1]}\" for component \"{call[0]}\" to \"{call[2]}\" in vhost \"{call.VirtualHost}\" ...");
        JsonNode? value = CtlCall.ParseJson(call[2]);
        await call.DemandVirtualHostAsync();
        await call.SendAsync(
            HttpMethod.Put, ApiPath.Of("parameters", call[0], call.VirtualHost, call[1]), new JsonObject { ["value"] = value });
    }

    private static async Task ClearAsync(CtlCall call)
    {
        call.Announce($"Clearing runtime parameter \"{call[1]}\" for component \"{call[0]}\" on vhost \"{call.VirtualHost}\" ...");
        await call.DeleteAsync(ApiPath.Of("parameters", call[0], call.VirtualHost, call[1]), CtlException.NoParameter());
    }

    private static async Task ListAsync(CtlCall call)
    {
        call.Announce($"Listing runtime parameters for vhost \"{call.VirtualHost}\" ...");
        await call.DemandVirtualHostAsync();
        JsonElement[] parameters = await call.ListAsync("parameters");
        Print(call, _columns, parameters.Where(parameter => parameter.GetProperty("vhost").GetString() == call.VirtualHost), Cell);
    }

    private static async Task SetGlobalAsync(CtlCall call)
    {
        call.Announce($"Setting global runtime parameter \"{call[0]}\" to \"{call[1]}\" ...");
        await call.SendAsync(
            HttpMethod.Put, ApiPath.Of("global-parameters", call[0]), new JsonObject { ["value"] = CtlCall.ParseJson(call[1]) });
    }

    private static async Task ClearGlobalAsync(CtlCall call)
    {
        call.Announce($"Clearing global runtime parameter \"{call[0]}\" ...");
        await call.DeleteAsync(ApiPath.Of("global-parameters", call[0]), CtlException.NoParameter());
    }

    private static async Task ListGlobalAsync(CtlCall call)
    {
        call.Announce("Listing global runtime parameters ...");
        Print(call, _globalColumns, await call.ListAsync("global-parameters"), CtlJson.AsText);
    }

    private static JsonElement Cell(JsonElement parameter, string column)
    {
        if (column != "value" || parameter.GetProperty("component").GetString() != "operator_policy")
            return CtlJson.AsText(parameter, column);
        // RabbitMQ prints the fields of an operator policy in a fixed order. The fields of other values are sorted.
        JsonElement policy = parameter.GetProperty("value");
        IEnumerable<string> fields = _policyFields.Select(field => $"\"{field}\":{CtlJson.Compact(policy.GetProperty(field))}");
        return $"{{{string.Join(',', fields)}}}".ToElement();
    }

    private static void Print(
        CtlCall call, string[] columns, IEnumerable<JsonElement> parameters, Func<JsonElement, string, JsonElement> cell) =>
        CtlFormat.Print(
            call,
            columns,
            [.. parameters.Select(parameter => columns.Select(column => cell(parameter, column)).ToArray())],
            isStreamed: false);
}
