using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker trace</c>.</summary>
internal static class TraceCommands
{
    public static Command Create(CommandSet set)
    {
        var list = new ResourceList(
            "trace", "traces", _ => "traces",
            new("id", true),
            new("state"),
            new("vhost"),
            new("queue"),
            new("exchange"),
            new("message_id"),
            new("header"),
            new("hops_count", true),
            new("user"))
        {
            Special = [],
        };
        return set.Resource(
            "trace", "Follow messages on their ways: published, routed, delivered, acknowledged.", list, Start(set), Show(set), Stop(set));
    }

    private static Command Start(CommandSet set)
    {
        var queue = new Option<string?>("--queue") { HelpName = "name", Description = "Follow messages of this queue." };
        var exchange = new Option<string?>("--exchange", "-x")
        {
            HelpName = "name",
            Description = "Follow messages that are published to this exchange; amq.default for the default exchange.",
        };
        var messageId = new Option<string?>("--message-id") { HelpName = "id", Description = "Only messages with this message_id." };
        var header = new Option<string[]>("--header")
        {
            HelpName = "name=value",
            Description = "Only messages with this header.",
            Validators = { result => CommonOptions.Refuse(result, "--header") },
        };
        Option<int> seconds = BenchOption.Number("--seconds", 60, 1, 600, "Time after which the trace ends.");
        Option<int> hops = BenchOption.Number("--hops", 1_000, 1, 10_000, "Number of hops after which the trace ends.");
        Command command = set.Create("start", "Start a trace.", async context =>
        {
            var body = new JsonObject
            {
                ["vhost"] = context.VirtualHost,
                ["seconds"] = context.Get(seconds),
                ["hops"] = context.Get(hops),
            };
            string what = $"virtual host '{context.VirtualHost}'";
            if (context.Get(queue) is { } queueName)
                (body["queue"], what) = (queueName, $"queue '{queueName}' in {what}");
            if (context.Get(exchange) is { } exchangeName)
                (body["exchange"], what) = (ApiPath.Exchange(exchangeName), $"exchange '{exchangeName}' in {what}");
            if (context.Get(messageId) is { } id)
                body["message_id"] = id;
            if (context.Get(header) is { Length: > 0 } pair)
                body["header"] = CommonOptions.Object(pair);
            JsonElement trace = await context.Client.PostAsync("traces", body, what, context.Cancellation);
            if (context.Get(CommonOptions.Json))
                context.Print(trace);
            else
                context.Say($"Started trace {trace.GetProperty("id")}. See it with: amqpbroker trace show {trace.GetProperty("id")}");
        }, queue, exchange, messageId, header, seconds, hops, CommonOptions.VirtualHost, CommonOptions.Json);
        command.Validators.Add(result =>
        {
            if (result.GetResult(queue) is null == result.GetResult(exchange) is null)
                result.AddError("Give --queue or --exchange.");
            if (result.GetResult(header)?.Tokens.Count > 1)
                result.AddError("Give at most one --header.");
        });
        return command;
    }

    private static Command Show(CommandSet set)
    {
        Argument<string> id = Id();
        return set.Create("show", "Show the hops of a trace, in the order of time.", async context =>
        {
            string trace = context.Get(id);
            JsonElement found = await context.Client.GetAsync(ApiPath.Of("traces", trace), $"trace {trace}", context.Cancellation);
            if (context.Get(CommonOptions.Json))
                context.Print(found);
            else
                Print(context, found);
        }, id, CommonOptions.Json);
    }

    private static Command Stop(CommandSet set)
    {
        Argument<string> id = Id();
        return set.Create("stop", "End a trace and delete its hops.", async context =>
        {
            string trace = context.Get(id);
            await context.Client.DeleteAsync(ApiPath.Of("traces", trace), $"trace {trace}", context.Cancellation);
            context.Say($"Stopped trace {trace}.");
        }, id);
    }

    private static void Print(CommandContext context, JsonElement trace)
    {
        ListColumn[] columns =
        [
            new("message", true), new("kind"), new("exchange"), new("routing_key"), new("queue"), new("consumer"), new("channel"),
            new("user"), new("message_id"), new("size", true),
        ];
        var table = new OutputTable(null, ["time", .. columns.Select(column => column.Heading)]);
        foreach (JsonElement hop in trace.GetProperty("hops").EnumerateArray())
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(hop.GetProperty("time").GetInt64());
            table.Add([$"{time:HH:mm:ss.fff}", .. columns.Select(column => (object)column.Cell(hop))]);
        }
        table.Print(context.Output, context.IsTerminal);
        long count = trace.GetProperty("hops_count").GetInt64();
        string state = trace.GetProperty("state").GetString() == "running" ? "is running" : "has ended";
        context.Say($"Trace {trace.GetProperty("id")} {state}: {count} {(count == 1 ? "hop" : "hops")} of at most "
            + $"{trace.GetProperty("hops_max")}. Times are in UTC.");
    }

    private static Argument<string> Id() => new("trace") { Description = "Id of the trace, from the list." };
}
