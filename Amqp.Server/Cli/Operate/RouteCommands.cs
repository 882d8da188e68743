using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker route</c>.</summary>
internal static class RouteCommands
{
    public static Command Create(CommandSet set) => new("route", "The way of a message through exchanges to queues.") { Explain(set) };

    private static Command Explain(CommandSet set)
    {
        Argument<string> exchange = set.Name("exchange", "The exchange; amq.default for the default exchange.", "exchanges");
        var key = new Argument<string>("routing-key") { Description = "The routing key." };
        return set.Create(
            "explain",
            "Show which queues a message would reach, and why each binding matches or not. Publishes nothing.",
            async context =>
            {
                var body = new JsonObject
                {
                    ["routing_key"] = context.Get(key),
                    ["properties"] = new JsonObject { ["headers"] = CommonOptions.Object(context.Get(CommonOptions.Headers)) },
                };
                string name = context.Get(exchange);
                JsonElement route = await context.Client.PostAsync(
                    $"{ApiPath.Of("exchanges", context.VirtualHost, ApiPath.Exchange(name))}/route",
                    body,
                    $"exchange '{name}' in virtual host '{context.VirtualHost}'",
                    context.Cancellation);
                if (context.Get(CommonOptions.Json))
                    context.Print(route);
                else
                    Print(context, route);
            },
            exchange, key, CommonOptions.VirtualHost, CommonOptions.Headers, CommonOptions.Json);
    }

    private static void Print(CommandContext context, JsonElement route)
    {
        foreach (JsonElement exchange in route.GetProperty("exchanges").EnumerateArray())
            Print(context, exchange, Text(exchange, "name"));
        string[] queues = [.. route.GetProperty("queues").EnumerateArray().Select(queue => $"'{queue.GetString()}'")];
        context.Say("");
        context.Say(OutputTable.Clean(queues switch
        {
            [] => "The message reaches no queue.",
            [var only] => $"The message reaches queue {only}.",
            _ => $"The message reaches {queues.Length} queues: {string.Join(", ", queues)}.",
        }));
    }

    private static void Print(CommandContext context, JsonElement exchange, string name)
    {
        string title = name.Length == 0 ? "default exchange" : $"exchange '{name}' ({Text(exchange, "type")})";
        var table = new OutputTable(OutputTable.Clean(title), "matches", "destination", "to", "routing_key", "arguments", "reason");
        foreach (JsonElement binding in exchange.GetProperty("bindings").EnumerateArray())
            table.Add(
                binding.GetProperty("matches").GetBoolean() ? "yes" : "no",
                Text(binding, "destination"),
                Text(binding, "destination_type"),
                Text(binding, "routing_key"),
                ListColumn.Text(binding.GetProperty("arguments")),
                Text(binding, "reason"));
        table.Print(context.Output, context.IsTerminal);
        foreach (JsonElement note in exchange.GetProperty("notes").EnumerateArray())
            context.Say(OutputTable.Clean($"{char.ToUpperInvariant(title[0])}{title[1..]}: {note.GetString()}"));
    }

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}
