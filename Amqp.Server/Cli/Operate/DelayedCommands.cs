using System.CommandLine;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker delayed</c>, for the messages that an <c>x-delayed-message</c> exchange holds.</summary>
internal static class DelayedCommands
{
    public static Command Create(CommandSet set) => new("delayed", "The messages that an x-delayed-message exchange holds.")
    {
        List(set),
        Cancel(set),
    };

    private static Command List(CommandSet set)
    {
        Argument<string> exchange = set.Name("exchange", "The exchange.", "exchanges");
        Option<int> offset = PeekCommands.Offset("Number of messages to skip.");
        Option<int> count = PeekCommands.Count();
        Option<int> bytes = PeekCommands.MaxBytes();
        return set.Create("list", "List delayed messages in the order in which they are due.", async context =>
        {
            JsonElement page = await context.Client.GetAsync(
                $"{Path(context, exchange)}?{PeekCommands.Page(context, offset, count, bytes)}",
                What(context, exchange),
                context.Cancellation);
            if (context.Get(CommonOptions.Json))
                context.Print(page);
            else
                Print(context, page);
        }, exchange, CommonOptions.VirtualHost, offset, count, bytes, CommonOptions.Json);
    }

    private static Command Cancel(CommandSet set)
    {
        Argument<string> exchange = set.Name("exchange", "The exchange.", "exchanges");
        var ids = new Argument<string[]>("id")
        {
            Description = "Ids of the messages, from the list.",
            Arity = ArgumentArity.OneOrMore,
        };
        return set.Create("cancel", "Delete delayed messages permanently. They are never delivered.", async context =>
        {
            foreach (string id in context.Get(ids))
            {
                await context.Client.DeleteAsync(
                    $"{Path(context, exchange)}/{ApiPath.Of(id)}",
                    $"delayed message {id} of {What(context, exchange)}",
                    context.Cancellation);
                context.Say(OutputTable.Clean($"Cancelled message {id} of {What(context, exchange)}."));
            }
        }, exchange, ids, CommonOptions.VirtualHost);
    }

    private static void Print(CommandContext context, JsonElement page)
    {
        ListColumn[] columns =
        [
            new("id"), new("due", true), new("remaining", true), new("payload_bytes", true), new("routing_key"), new("persistent"),
        ];
        var table = new OutputTable(null, [.. columns.Select(column => column.Heading), "payload"]);
        JsonElement[] messages = [.. page.GetProperty("messages").EnumerateArray()];
        foreach (JsonElement message in messages)
            table.Add([.. columns.Select(column => (object)column.Cell(message)), PeekCommands.Payload(message)]);
        table.Print(context.Output, context.IsTerminal);
        string next = page.GetProperty("next_offset") is { ValueKind: JsonValueKind.Number } offset
            ? $" Continue with --offset {offset.GetInt64()}."
            : "";
        long total = page.GetProperty("messages_delayed").GetInt64();
        context.Say(FormattableString.Invariant($"{messages.Length} of {total} delayed messages; times are in milliseconds.{next}"));
    }

    private static string Path(CommandContext context, Argument<string> exchange) =>
        $"{ApiPath.Of("exchanges", context.VirtualHost, ApiPath.Exchange(context.Get(exchange)))}/delayed";

    private static string What(CommandContext context, Argument<string> exchange) =>
        $"exchange '{context.Get(exchange)}' in virtual host '{context.VirtualHost}'";
}
