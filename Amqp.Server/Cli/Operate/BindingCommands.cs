using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker bindings</c>.</summary>
internal static class BindingCommands
{
    private static readonly Option<bool> _toExchange = new("--to-exchange")
    {
        Description = "The destination is an exchange, not a queue."
    };

    public static Command Create(CommandSet set)
    {
        var list = new ResourceList(
            "binding", "bindings", context => ApiPath.List("bindings", context.VirtualHostOrAll),
            new("vhost"), new("source"), new("destination_type"), new("destination"), new("routing_key"), new("arguments"));
        return set.Resource("bindings", "List, create and delete bindings.", list, Declare(set), Delete(set));
    }

    private static Command Declare(CommandSet set)
    {
        Argument<string> source = Source(set), destination = Destination(set), key = Key();
        return set.Create("declare", "Bind a queue or an exchange to an exchange.", async context =>
        {
            var body = new JsonObject
            {
                ["routing_key"] = context.Get(key),
                ["arguments"] = CommonOptions.Object(context.Get(CommonOptions.Arguments))
            };
            await context.Client.PostAsync(
                Path(context, source, destination),
                body,
                $"such source or destination in virtual host '{context.VirtualHost}'",
                context.Cancellation);
            context.Say(
                $"Bound {Kind(context)} '{context.Get(destination)}' to exchange "
                    + $"'{context.Get(source)}' with routing key '{context.Get(key)}'.");
        }, source, destination, key, _toExchange, CommonOptions.VirtualHost, CommonOptions.Arguments);
    }

    private static Command Delete(CommandSet set)
    {
        Argument<string> source = Source(set), destination = Destination(set), key = Key();
        return set.Create(
            "delete", "Delete the bindings of a destination to a source that have the routing key and, if given, the arguments.",
            async context =>
            {
                string path = Path(context, source, destination),
                    what = $"such binding in virtual host '{context.VirtualHost}'. See them with: amqpbroker bindings";
                string[] wanted = context.Get(CommonOptions.Arguments) ?? [];
                JsonObject arguments = CommonOptions.Object(wanted);
                JsonElement[] bindings = [.. (await context.Client.GetAsync(path, what, context.Cancellation)).EnumerateArray()
                    .Where(binding => binding.GetProperty("routing_key").GetString() == context.Get(key))
                    .Where(binding =>
                        wanted.Length == 0 || JsonNode.DeepEquals(JsonNode.Parse(binding.GetProperty("arguments").GetRawText()), arguments))
                    ];
                if (bindings.Length == 0)
                    throw new CliException(ExitCode.NotFound, $"There is no {what}");
                foreach (JsonElement binding in bindings)
                    await context.Client.DeleteAsync(
                        $"{path}/{ApiPath.Of(binding.GetProperty("properties_key").GetString()!)}", what, context.Cancellation);
                context.Say(
                    $"Deleted {(bindings.Length == 1 ? "the binding" : $"{bindings.Length} bindings")} of {Kind(context)} "
                        + $"'{context.Get(destination)}' to exchange '{context.Get(source)}' with routing key '{context.Get(key)}'.");
            }, source, destination, key, _toExchange, CommonOptions.VirtualHost, CommonOptions.Arguments);
    }

    private static Argument<string> Source(CommandSet set) => set.Name("source", "The source exchange.", "exchanges");

    private static Argument<string> Destination(CommandSet set) =>
        set.Name("destination", "The destination queue, or with --to-exchange the destination exchange.", "queues");

    private static Argument<string> Key() =>
        new("routing-key") { Description = "The routing key. Default: empty.", DefaultValueFactory = _ => "" };

    private static string Path(CommandContext context, Argument<string> source, Argument<string> destination) =>
        ApiPath.Of(
            "bindings", context.VirtualHost, "e", ApiPath.Exchange(context.Get(source)), context.Get(_toExchange) ? "e" : "q",
            context.Get(destination));

    private static string Kind(CommandContext context) => context.Get(_toExchange) ? "exchange" : "queue";
}
