using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;

namespace Amqp.Server.Cli.Operate;

/// <summary>The commands <c>amqpbroker publish</c> and <c>get</c>. Each message is published in its own HTTP request.</summary>
internal static class MessageCommands
{
    private static readonly string[] _properties =
    [
        "content_type",
        "content_encoding",
        "headers",
        "delivery_mode",
        "priority",
        "correlation_id",
        "reply_to",
        "expiration",
        "message_id",
        "timestamp",
        "type",
        "user_id",
        "app_id",
        "cluster_id",
    ];

    public static Command Publish(CommandSet set)
    {
        var key = new Argument<string>("routing-key") { Description = "The routing key; for the default exchange, the name of the queue." };
        var payload = new Argument<string?>("payload")
        {
            Description = "The payload as text. Default: standard input.",
            Arity = ArgumentArity.ZeroOrOne
        };
        var exchange = new Option<string>("--exchange", "-x")
        {
            HelpName = "name",
            Description = "The exchange. Default: the default exchange.",
            DefaultValueFactory = _ => ""
        };
        var file = new Option<string?>("--file") { HelpName = "file", Description = "Read the payload from this file." };
        var lines = new Option<bool>("--lines") { Description = "Publish each line of the input as a message." };
        Option<int> count = BenchOption.Number("--count", 1, 1, 1_000_000_000, "Number of times to publish the input.");
        var properties = new Option<string[]>("--property")
        {
            HelpName = "name=value",
            Description =
                "A property, such as content_type=text/plain or delivery_mode=1; may be repeated. Default: delivery_mode=2 (persistent)."
        };
        properties.Validators.Add(result => CommonOptions.Refuse(result, "--property", _properties));
        Command command = set.Create("publish", "Publish messages, and report those that reached no queue.", async context =>
        {
            byte[] content = context.Get(payload) is { } given ? Encoding.UTF8.GetBytes(given) : Read(context.Get(file));
            List<byte[]> messages = context.Get(lines) ? Lines(content) : [content];
            JsonObject fields = CommonOptions.Object(context.Get(properties));
            fields.TryAdd("delivery_mode", 2);
            if (context.Get(CommonOptions.Headers) is { Length: > 0 } pairs)
                fields["headers"] = CommonOptions.Object(pairs);
            string path = $"{ApiPath.Of("exchanges", context.VirtualHost, ApiPath.Exchange(context.Get(exchange)))}/publish";
            long total = (long)messages.Count * context.Get(count), routed = 0;
            await WorkProgress.ShowAsync(context, "publishing", total, async advance =>
            {
                for (int round = 0; round < context.Get(count); round++)
                    foreach (byte[] message in messages)
                    {
                        JsonElement answer = await context.PostAsClientAsync(
                            path,
                            Body(context.Get(key), fields, message),
                            $"exchange '{context.Get(exchange)}' in virtual host '{context.VirtualHost}'");
                        routed += answer.GetProperty("routed").GetBoolean() ? 1 : 0;
                        advance(1);
                    }
            });
            context.Say($"Published {Count(total)}.");
            if (routed < total)
                throw new CliException(
                    ExitCode.NotFound,
                    $"{Count(total - routed)} reached no queue: no binding of exchange '{context.Get(exchange)}' "
                        + $"matches '{context.Get(key)}'. See them with: amqpbroker bindings");
        }, key, payload, exchange, CommonOptions.VirtualHost, properties, CommonOptions.Headers, file, lines, count);
        command.Validators.Add(result =>
        {
            if (result.GetResult(payload)?.Tokens.Count > 0 && result.GetResult(file) is not null)
                result.AddError("Give a payload or --file, not both.");
        });
        return command;
    }

    public static Command Get(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        Option<int> count = BenchOption.Number("--count", 1, 1, 1_000_000, "Largest number of messages.");
        var take = new Option<bool>("--ack")
        {
            Description = "Remove the messages from the queue. Otherwise they are requeued, marked redelivered."
        };
        return set.Create("get", "Show the first messages of a queue, or remove them.", async context =>
        {
            var body = new JsonObject
            {
                ["count"] = context.Get(count),
                ["ackmode"] = context.Get(take) ? "ack_requeue_false" : "ack_requeue_true",
                ["encoding"] = "auto"
            };
            JsonElement messages = await context.PostAsClientAsync(
                $"{ApiPath.Of("queues", context.VirtualHost, context.Get(name))}/get",
                body,
                $"queue '{context.Get(name)}' in virtual host '{context.VirtualHost}'");
            if (context.Get(CommonOptions.Json))
                context.Print(messages);
            else
                foreach (JsonElement message in messages.EnumerateArray())
                    Print(context.Output, message);
            if (messages.GetArrayLength() == 0)
                context.Error.WriteLine($"No messages are ready in queue '{context.Get(name)}'.");
        }, name, CommonOptions.VirtualHost, count, take, CommonOptions.Json);
    }

    private static JsonObject Body(string key, JsonObject properties, byte[] message) => new()
    {
        ["routing_key"] = key,
        ["properties"] = properties.DeepClone(),
        ["payload"] = Convert.ToBase64String(message),
        ["payload_encoding"] = "base64",
    };

    /// <summary>Splits octets at line feeds. The last line may lack its line feed. Empty input has no lines.</summary>
    private static List<byte[]> Lines(byte[] content)
    {
        var lines = new List<byte[]>();
        for (ReadOnlySpan<byte> rest = content; !rest.IsEmpty;)
        {
            int end = rest.IndexOf((byte)'\n');
            lines.Add(rest[..(end < 0 ? rest.Length : end)].ToArray());
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
        return lines;
    }

    private static byte[] Read(string? file)
    {
        try
        {
            if (file is not null)
                return File.ReadAllBytes(file);
            using Stream input = Console.OpenStandardInput();
            using var content = new MemoryStream();
            input.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {file}: {error.Message}");
        }
    }

    private static void Print(TextWriter output, JsonElement message)
    {
        JsonElement properties = message.GetProperty("properties");
        output.WriteLine($"exchange     {ListColumn.Text(message.GetProperty("exchange"))}");
        output.WriteLine($"routing_key  {ListColumn.Text(message.GetProperty("routing_key"))}");
        output.WriteLine($"redelivered  {ListColumn.Text(message.GetProperty("redelivered"))}");
        output.WriteLine($"remaining    {ListColumn.Text(message.GetProperty("message_count"))}");
        output.WriteLine($"properties   {(properties.ValueKind == JsonValueKind.Object ? ListColumn.Text(properties) : "-")}");
        output.WriteLine(
            $"bytes        {ListColumn.Text(message.GetProperty("payload_bytes"))}"
                + $"{(message.GetProperty("payload_encoding").GetString() == "base64" ? ", in base64" : "")}");
        output.WriteLine();
        output.WriteLine(message.GetProperty("payload").GetString());
        output.WriteLine();
    }

    private static string Count(long number) => number == 1 ? "1 message" : $"{number} messages";
}
