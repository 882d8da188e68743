using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker queues peek</c>.</summary>
internal static class PeekCommands
{
    private const int MaxShown = 60; // maximum number of characters of a payload in the table

    public static Command Create(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        Option<int> offset = Offset("Number of messages to skip.");
        Option<int> count = Count();
        Option<int> bytes = MaxBytes();
        var search = new Option<string?>("--search")
        {
            HelpName = "text",
            Description = "Show only messages that contain this text, in the payload, the properties, the exchange or the routing key.",
        };
        var unacked = new Option<bool>("--unacked") { Description = "Show the messages that consumers have not acknowledged yet." };
        Command command = set.Create(
            "peek",
            "Show messages of a queue at any position. Changes nothing: no message is taken or marked redelivered.",
            async context =>
            {
                string path = $"{ApiPath.Of("queues", context.VirtualHost, context.Get(name))}/messages"
                    + $"{(context.Get(unacked) ? "/unacked" : "")}?{Page(context, offset, count, bytes)}"
                    + $"{(context.Get(search) is { Length: > 0 } text ? $"&search={Uri.EscapeDataString(text)}" : "")}";
                JsonElement page = await context.Client.GetAsync(
                    path, $"queue '{context.Get(name)}' in virtual host '{context.VirtualHost}'", context.Cancellation);
                if (context.Get(CommonOptions.Json))
                    context.Print(page);
                else
                    Print(context, page, context.Get(unacked), context.Get(search));
            },
            name, CommonOptions.VirtualHost, offset, count, bytes, search, unacked, CommonOptions.Json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(unacked) && result.GetResult(search) is not null)
                result.AddError("Give --search or --unacked, not both.");
        });
        return command;
    }

    /// <summary>Creates the option <c>--offset</c>.</summary>
    public static Option<int> Offset(string description) => BenchOption.Number("--offset", 0, 0, int.MaxValue, description);

    /// <summary>Creates the option <c>--count</c>.</summary>
    public static Option<int> Count() => BenchOption.Number("--count", 10, 1, 1_000, "Largest number of messages.");

    /// <summary>Creates the option <c>--max-bytes</c>.</summary>
    public static Option<int> MaxBytes() =>
        BenchOption.Number("--max-bytes", 1_024, 0, 1 << 20, "Largest number of octets of each payload.");

    /// <summary>Returns the query of the HTTP API that selects a page.</summary>
    public static string Page(CommandContext context, Option<int> offset, Option<int> count, Option<int> bytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"offset={context.Get(offset)}&limit={context.Get(count)}&truncate={context.Get(bytes)}");

    /// <summary>Returns the payload of a message for a cell of a table: the first characters, on one line.</summary>
    public static string Payload(JsonElement message)
    {
        if (message.TryGetProperty("unreadable", out JsonElement reason))
            return $"unreadable: {reason.GetString()}";
        string text = message.GetProperty("payload").GetString()!;
        string shown = text.Length > MaxShown ? text[..MaxShown] + "…" : text;
        return message.GetProperty("payload_encoding").GetString() == "base64" && text.Length > 0 ? $"base64: {shown}" : shown;
    }

    private static void Print(CommandContext context, JsonElement page, bool isUnacked, string? search)
    {
        JsonElement[] messages = [.. page.GetProperty("messages").EnumerateArray()];
        ListColumn[] columns = isUnacked
            ? [new("channel"), new("consumer_tag"), new("delivery_tag", true), new("unacknowledged_for", true)]
            : [new("position", true), new("age", true)];
        columns =
        [
            .. columns, new("payload_bytes", true), new("redelivered"), new("priority", true), new("exchange"), new("routing_key"),
        ];
        var table = new OutputTable(null, [.. columns.Select(column => column.Heading), "payload"]);
        foreach (JsonElement message in messages)
            table.Add([.. columns.Select(column => (object)column.Cell(message)), Payload(message)]);
        table.Print(context.Output, context.IsTerminal);
        PrintEnd(context, page, messages.Length, isUnacked ? "unacknowledged" : "ready", search);
    }

    private static void PrintEnd(CommandContext context, JsonElement page, int shown, string state, string? search)
    {
        long total = page.GetProperty(state == "ready" ? "messages_ready" : "messages_unacknowledged").GetInt64();
        string searched = search is { Length: > 0 } && page.TryGetProperty("scanned", out JsonElement scanned)
            ? $" that contain '{search}', among {scanned.GetInt64()} messages"
            : "";
        string next = page.GetProperty("next_offset") is { ValueKind: JsonValueKind.Number } offset
            ? $" Continue with --offset {offset.GetInt64()}."
            : "";
        context.Say(
            OutputTable.Clean(
                FormattableString.Invariant(
                    $"{shown} {(shown == 1 ? "message" : "messages")}{searched}; {total} are {state} in the queue.{next}")));
    }
}
