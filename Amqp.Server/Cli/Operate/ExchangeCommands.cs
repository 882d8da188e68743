using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker exchanges</c>.</summary>
internal static class ExchangeCommands
{
    public static Command Create(CommandSet set)
    {
        var list = new ResourceList(
            "exchange", "exchanges", context => ApiPath.List("exchanges", context.VirtualHostOrAll),
            new("vhost"), new("name"), new("type"), new("durable"), new("auto_delete"), new("internal"), new("policy"), new("arguments"));
        return set.Resource(
            "exchanges", "List, show, declare and delete exchanges.", list, Show(set), Declare(set), Delete(set),
            Unroutable(set), QuarantineCommands.Create(set, "exchange", "exchanges"));
    }

    private static Command Unroutable(CommandSet set)
    {
        Argument<string> name = set.Name("exchange", "The exchange; amq.default for the default exchange.", "exchanges");
        var list = new ResourceList(
            "key", "unroutable keys", context => $"{Path(context, context.Get(name))}/unroutable",
            new("time", true), new("routing_key"), new("messages", true), new("reason"))
        {
            Special = [name, CommonOptions.VirtualHost],
            Place = context => What(context, context.Get(name)),
        };
        return set.Create(
            "unroutable", "List the last 100 routing keys with which messages reached no queue, the latest first.", list.RunAsync,
            list.Symbols);
    }

    private static Command Show(CommandSet set)
    {
        Argument<string> name = set.Name("exchange", "The exchange.", "exchanges");
        return set.Create("show", "Show all fields of one exchange.",
            context => ResourceView.ShowAsync(context, Path(context, context.Get(name)), What(context, context.Get(name))),
            name,
            CommonOptions.VirtualHost,
            CommonOptions.Json);
    }

    private static Command Declare(CommandSet set)
    {
        var name = new Argument<string>("exchange") { Description = "Name of the exchange." };
        var type = new Argument<string>("type")
        {
            Description = "direct, fanout, topic, headers, or another type that the broker supports.",
            DefaultValueFactory = _ => "direct"
        };
        var transient = new Option<bool>("--transient") { Description = "Do not keep the exchange after a restart." };
        var autoDelete = new Option<bool>("--auto-delete") { Description = "Delete the exchange with its last binding." };
        var isInternal = new Option<bool>("--internal") { Description = "Accept messages only from other exchanges, not from clients." };
        return set.Create("declare", "Declare an exchange. An existing one must have the same properties.", async context =>
        {
            var body = new JsonObject
            {
                ["type"] = context.Get(type),
                ["durable"] = !context.Get(transient),
                ["auto_delete"] = context.Get(autoDelete),
                ["internal"] = context.Get(isInternal),
                ["arguments"] = CommonOptions.Object(context.Get(CommonOptions.Arguments)),
            };
            ApiAnswer answer = await context.Client.PutAsync(
                Path(context, context.Get(name)), body, $"virtual host '{context.VirtualHost}'", context.Cancellation);
            string what = What(context, context.Get(name));
            context.Say(
                answer.Status == HttpStatusCode.Created
                    ? $"Declared {what}."
                    : $"Exchange '{context.Get(name)}' in virtual host '{context.VirtualHost}' already exists.");
        }, name, type, CommonOptions.VirtualHost, transient, autoDelete, isInternal, CommonOptions.Arguments);
    }

    private static Command Delete(CommandSet set)
    {
        Argument<string> name = set.Name("exchange", "The exchange.", "exchanges");
        return set.Create("delete", "Delete an exchange and its bindings.", async context =>
        {
            string query = context.Get(CommonOptions.IfUnused) ? "?if-unused=true" : "";
            await context.Client.DeleteAsync(
                Path(context, context.Get(name)) + query, What(context, context.Get(name)), context.Cancellation);
            context.Say($"Deleted {What(context, context.Get(name))}.");
        }, name, CommonOptions.VirtualHost, CommonOptions.IfUnused);
    }

    private static string Path(CommandContext context, string name) => ApiPath.Of("exchanges", context.VirtualHost, ApiPath.Exchange(name));

    private static string What(CommandContext context, string name) => $"exchange '{name}' in virtual host '{context.VirtualHost}'";
}
