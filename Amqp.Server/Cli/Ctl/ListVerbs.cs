using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> that list exchanges, bindings, consumers and feature flags.</summary>
internal static class ListVerbs
{
    private static readonly string[] _exchangeColumns =
        ["name", "type", "durable", "auto_delete", "internal", "arguments", "policy", "vhost"];
    private static readonly string[] _bindingColumns =
        ["source_name", "source_kind", "destination_name", "destination_kind", "routing_key", "arguments", "vhost"];
    private static readonly string[] _consumerColumns =
        ["queue_name", "channel_pid", "consumer_tag", "ack_required", "prefetch_count", "active", "activity_status", "arguments"];
    private static readonly string[] _flagColumns = ["name", "state", "stability", "provided_by", "desc", "doc_url"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        Lists("list_bindings", "[--vhost <vhost>] [--no-table-headers] [<column> ...]", "Lists all bindings on a vhost", BindingsAsync),
        Lists("list_consumers", "[--vhost <vhost>] [--no-table-headers] [<column> ...]", "Lists all consumers for a vhost", ConsumersAsync),
        Lists("list_exchanges", "[--vhost <vhost>] [--no-table-headers] [<column> ...]", "Lists exchanges", ExchangesAsync),
        Lists("list_feature_flags", "[<column> ...]", "Lists feature flags", FlagsAsync),
        new(
            "enable_feature_flag", "<all | name of the feature flag to enable>", 1, 1,
            "Enables a feature flag or all supported feature flags on the target node", EnableAsync),
    ];

    private static CtlVerb Lists(string name, string usage, string description, Func<CtlCall, Task> run) =>
        new(name, usage, 0, int.MaxValue, description, run) { Flags = ["--no-table-headers"], Timeout = 60 };

    private static async Task ExchangesAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _exchangeColumns, "name", "type");
        call.Announce($"Listing exchanges for vhost {call.VirtualHost} ...");
        await PrintAsync(call, ApiPath.Of("exchanges", call.VirtualHost), columns, (exchange, column) =>
            column == "arguments" ? CtlArguments.Of(exchange) : Field(exchange, column));
    }

    private static async Task BindingsAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _bindingColumns, _bindingColumns[..6]);
        call.Announce($"Listing bindings for vhost {call.VirtualHost}...");
        await PrintAsync(call, ApiPath.Of("bindings", call.VirtualHost), columns, (binding, column) => column switch
        {
            "source_name" => Field(binding, "source"),
            "source_kind" => "exchange".ToElement(),
            "destination_name" => Field(binding, "destination"),
            "destination_kind" => Field(binding, "destination_type"),
            "arguments" => CtlArguments.Of(binding),
            _ => Field(binding, column),
        });
    }

    private static async Task ConsumersAsync(CtlCall call)
    {
        string[] wanted = CtlColumns.Of(call, _consumerColumns, [.. _consumerColumns.Where(column => column != "activity_status")]);
        string[] columns = [.. _consumerColumns.Where(wanted.Contains)]; // RabbitMQ ignores the order in which the user names the columns
        call.Announce($"Listing consumers in vhost {call.VirtualHost} ...");
        await PrintAsync(call, ApiPath.Of("consumers", call.VirtualHost), columns, (consumer, column) => column switch
        {
            "queue_name" => Field(Field(consumer, "queue"), "name"),
            "channel_pid" => Field(Field(consumer, "channel_details"), "name"), // the channel's name, because there is no Erlang process
            "arguments" => CtlArguments.Of(consumer),
            _ => Field(consumer, column),
        });
    }

    private static async Task FlagsAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _flagColumns, "name", "state");
        call.Announce("Listing feature flags ...");
        JsonElement[] flags = await call.ListAsync("feature-flags");
        CtlFormat.Print(
            call, columns, [.. flags.Select(flag => columns.Select(column => Field(flag, column)).ToArray())], isStreamed: false);
    }

    private static async Task EnableAsync(CtlCall call)
    {
        if (call[0].Length == 0)
            throw CtlException.BadArgument(call, "feature_flag cannot be an empty string.");
        call.Announce(call[0] == "all" ? "Enabling all feature flags ..." : $"Enabling feature flag \"{call[0]}\" ...");
        // Every flag is always enabled, so it is enough to check that the named flag exists.
        JsonElement[] flags = await call.ListAsync("feature-flags");
        if (call[0] != "all" && !flags.Any(flag => flag.GetProperty("name").GetString() == call[0]))
            throw CtlException.Error(ExitCode.Usage, $"This feature flag is not supported by node {call.Node}");
    }

    private static async Task PrintAsync(CtlCall call, string path, string[] columns, Func<JsonElement, string, JsonElement> cell)
    {
        JsonElement[] items = await call.ListAsync(path);
        CtlFormat.Print(call, columns, [.. items.Select(item => columns.Select(column => cell(item, column)).ToArray())], isStreamed: true);
    }

    private static JsonElement Field(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) ? value : default;
}
