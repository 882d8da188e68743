using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The commands <c>amqpbroker queues</c> and <c>purge</c>.</summary>
internal static class QueueCommands
{
    public static Command Create(CommandSet set)
    {
        var list = new ResourceList(
            "queue", "queues", context => ApiPath.List("queues", context.VirtualHostOrAll),
            new("vhost"),
            new("name"),
            new("type"),
            new("messages_ready", true),
            new("messages_unacknowledged", true),
            new("messages", true),
            new("consumers", true),
            new("state"),
            new("policy"));
        return set.Resource(
            "queues", "List, show, declare and delete queues.", list, Show(set), Declare(set), Delete(set), Purge(set), Restart(set),
            PeekCommands.Create(set), Why(set), EffectiveArguments(set), QuarantineCommands.Create(set, "queue", "queues"),
            TransferCommands.Move(set), TransferCommands.Copy(set), TransferCommands.Replay(set), TransferCommands.Delete(set),
            MessageFileCommands.Export(set), MessageFileCommands.Import(set));
    }

    /// <summary>Creates the command that drops the ready messages of a queue.</summary>
    public static Command Purge(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        return set.Create("purge", "Drop all ready messages of a queue; unacknowledged messages stay.", async context =>
        {
            string host = context.VirtualHost, queue = context.Get(name), what = What(queue, host);
            JsonElement before = await context.Client.GetAsync(ApiPath.Of("queues", host, queue), what, context.Cancellation);
            await context.Client.DeleteAsync($"{ApiPath.Of("queues", host, queue)}/contents", what, context.Cancellation);
            long ready = before.TryGetProperty("messages_ready", out JsonElement count) ? count.GetInt64() : 0;
            context.Say(
                $"Purged queue '{queue}' in virtual host '{host}'; {ready} {(ready == 1 ? "message was" : "messages were")} ready in it.");
        }, name, CommonOptions.VirtualHost);
    }

    private static Command Show(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        return set.Create("show", "Show all fields of one queue.",
            context => ResourceView.ShowAsync(
                context, ApiPath.Of("queues", context.VirtualHost, context.Get(name)), What(context.Get(name), context.VirtualHost)),
            name, CommonOptions.VirtualHost, CommonOptions.Json);
    }

    private static Command Why(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        return set.Create("why", "Explain why a queue delivers nothing, or not to all its consumers.", async context =>
        {
            string host = context.VirtualHost, queue = context.Get(name);
            JsonElement why = await context.Client.GetAsync(
                $"{ApiPath.Of("queues", host, queue)}/why", What(queue, host), context.Cancellation);
            if (context.Get(CommonOptions.Json))
            {
                context.Print(why);
                return;
            }
            context.Say(
                OutputTable.Clean(
                    $"Queue '{queue}' in virtual host '{host}' is {why.GetProperty("status").GetString()!.Replace('_', ' ')}: "
                        + $"{why.GetProperty("messages_ready")} ready, {why.GetProperty("messages_unacknowledged")} unacknowledged, "
                        + $"{why.GetProperty("consumers")} consumers."));
            foreach (JsonElement finding in why.GetProperty("findings").EnumerateArray())
            {
                context.Say(OutputTable.Clean($"- {finding.GetProperty("kind").GetString()}: {finding.GetProperty("text").GetString()}"));
                if (finding.TryGetProperty("advice", out JsonElement advice))
                    context.Say(OutputTable.Clean($"  {advice.GetString()}"));
            }
        }, name, CommonOptions.VirtualHost, CommonOptions.Json);
    }

    private static Command EffectiveArguments(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        return set.Create(
            "arguments",
            "Show which values of arguments and policies apply to a queue, and which do not.",
            async context =>
            {
                string host = context.VirtualHost, queue = context.Get(name);
                JsonElement arguments = await context.Client.GetAsync(
                    $"{ApiPath.Of("queues", host, queue)}/arguments", What(queue, host), context.Cancellation);
                if (context.Get(CommonOptions.Json))
                {
                    context.Print(arguments);
                    return;
                }
                var table = new OutputTable(null, "key", "value", "source", "policy", "applies", "reason");
                foreach (JsonElement argument in arguments.EnumerateArray())
                {
                    string key = argument.GetProperty("key").GetString()!;
                    Add(key, argument, "yes", "-");
                    foreach (JsonElement other in argument.GetProperty("overridden").EnumerateArray())
                        Add(key, other, "no", other.GetProperty("reason").GetString()!);
                }
                table.Print(context.Output, context.IsTerminal);

                void Add(string key, JsonElement value, string applies, string reason) => table.Add(
                    key,
                    ListColumn.Text(value.GetProperty("value")),
                    value.GetProperty("source").GetString()!,
                    ListColumn.Text(value.GetProperty("policy")),
                    applies,
                    reason);
            }, name, CommonOptions.VirtualHost, CommonOptions.Json);
    }

    private static Command Declare(CommandSet set)
    {
        var name = new Argument<string>("queue") { Description = "Name of the queue." };
        var transient = new Option<bool>("--transient") { Description = "Do not keep the queue after a restart." };
        var autoDelete = new Option<bool>("--auto-delete") { Description = "Delete the queue with its last consumer." };
        var type = new Option<string?>("--type")
        {
            HelpName = "type",
            Description = "classic or quorum. Default: the virtual host's default type."
        };
        return set.Create("declare", "Declare a queue. An existing one must have the same properties.", async context =>
        {
            string queue = context.Get(name), host = context.VirtualHost;
            JsonObject arguments = CommonOptions.Object(context.Get(CommonOptions.Arguments));
            if (context.Get(type) is { } given)
                arguments["x-queue-type"] = given;
            var body = new JsonObject
            {
                ["durable"] = !context.Get(transient),
                ["auto_delete"] = context.Get(autoDelete),
                ["arguments"] = arguments
            };
            ApiAnswer answer = await context.Client.PutAsync(
                ApiPath.Of("queues", host, queue), body, $"virtual host '{host}'", context.Cancellation);
            context.Say(
                answer.Status == HttpStatusCode.Created
                    ? $"Declared queue '{queue}' in virtual host '{host}'."
                    : $"Queue '{queue}' in virtual host '{host}' already exists.");
        }, name, CommonOptions.VirtualHost, transient, autoDelete, type, CommonOptions.Arguments);
    }

    private static Command Delete(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        return set.Create("delete", "Delete a queue and its messages.", async context =>
        {
            string queue = context.Get(name), host = context.VirtualHost;
            await context.Client.DeleteAsync(
                ApiPath.Of("queues", host, queue) + Conditions(context), What(queue, host), context.Cancellation);
            context.Say($"Deleted queue '{queue}' in virtual host '{host}'.");
        }, name, CommonOptions.VirtualHost, CommonOptions.IfUnused, CommonOptions.IfEmpty);
    }

    private static Command Restart(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        return set.Create("restart", "Restart a crashed queue; its messages are kept.", async context =>
        {
            string queue = context.Get(name), host = context.VirtualHost;
            await context.Client.PutAsync(
                $"{ApiPath.Of("queues", host, queue)}/restart", new JsonObject(), What(queue, host), context.Cancellation);
            context.Say($"Queue '{queue}' in virtual host '{host}' is running.");
        }, name, CommonOptions.VirtualHost);
    }

    private static string Conditions(CommandContext context) =>
        $"?if-unused={(context.Get(CommonOptions.IfUnused) ? "true" : "false")}&if-empty="
            + $"{(context.Get(CommonOptions.IfEmpty) ? "true" : "false")}";

    private static string What(string queue, string host) => $"queue '{queue}' in virtual host '{host}'";
}
