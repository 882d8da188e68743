using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker graph</c>.</summary>
internal static class GraphCommand
{
    public static Command Create(CommandSet set)
    {
        var exchange = new Option<string?>("--exchange", "-x")
        {
            HelpName = "name",
            Description = "Show the ways from and to this exchange; amq.default for the default exchange.",
        };
        var queue = new Option<string?>("--queue") { HelpName = "name", Description = "Show the ways to and from this queue." };
        Option<int> depth = BenchOption.Number("--depth", 3, 0, 20, "Largest number of steps from the exchange or queue.");
        Option<int> limit = BenchOption.Number("--limit", 60, 2, 1_000, "Number of nodes above which similar queues are grouped.");
        var dot = new Option<bool>("--dot") { Description = "Print the graph in the language of Graphviz." };
        Command command = set.Create(
            "graph", "Show exchanges and queues of a virtual host, with the ways of messages between them, as a tree.",
            async context =>
            {
                string host = context.VirtualHost;
                string? root = context.Get(exchange) is { } name ? $"exchange:{name}" : context.Get(queue) is { } at ? $"queue:{at}" : null;
                string what = root is null ? $"virtual host '{host}'" : $"{root.Replace(":", " '")}' in virtual host '{host}'";
                string query = string.Create(
                    CultureInfo.InvariantCulture, $"depth={context.Get(depth)}&limit={context.Get(limit)}");
                JsonElement graph = await context.Client.GetAsync(
                    $"{ApiPath.Of("graph", host)}?{query}{(root is null ? "" : $"&root={Uri.EscapeDataString(root)}")}", what,
                    context.Cancellation);
                if (context.Get(CommonOptions.Json))
                    context.Print(graph);
                else if (context.Get(dot))
                    new GraphOutput(graph).PrintDot(context.Output);
                else
                    new GraphOutput(graph).PrintTree(context.Output);
            },
            exchange, queue, depth, limit, dot, CommonOptions.VirtualHost, CommonOptions.Json);
        command.Validators.Add(result =>
        {
            if (result.GetResult(exchange) is not null && result.GetResult(queue) is not null)
                result.AddError("Give --exchange or --queue, not both.");
            if (result.GetValue(dot) && result.GetResult(CommonOptions.Json) is not null)
                result.AddError("Give --dot or --json, not both.");
        });
        return command;
    }
}
