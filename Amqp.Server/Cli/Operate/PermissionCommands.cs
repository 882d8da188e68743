using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker permissions</c>.</summary>
internal static class PermissionCommands
{
    private static readonly Option<string?> _topic = new("--topic")
    {
        HelpName = "exchange",
        Description = "Topic permissions on this exchange, which restrict routing keys."
    };

    public static Command Create(CommandSet set)
    {
        var topics = new Option<bool>("--topic") { Description = "List topic permissions." };
        var list = new ResourceList(
            "permission", "permissions",
            context => context.Get(topics) ? List(context, "topic-permissions") : List(context, "permissions"),
            new("vhost"), new("user"), new("exchange"), new("configure"), new("write"), new("read"))
        {
            Special = [CommonOptions.VirtualHost, topics],
        };
        return set.Resource(
            "permissions", "List, set, clear and check permissions of users in virtual hosts.", list, Set(set), Clear(set), Check(set));
    }

    private static Command Check(CommandSet set)
    {
        Argument<string> user = User(set);
        var action = new Argument<string>("action") { Description = "configure, write or read." };
        action.AcceptOnlyFromAmong("configure", "write", "read");
        var name = new Argument<string>("name") { Description = "The queue or exchange; amq.default for the default exchange." };
        var key = new Option<string?>("--routing-key")
        {
            HelpName = "key",
            Description = "Also check the topic permission for this routing key, if the name is a topic exchange."
        };
        var command = new Command("check", "Show if a user may access a queue or exchange, and by which expression.");
        set.Act(command, async context =>
        {
            var body = new JsonObject
            {
                ["user"] = context.Get(user),
                ["vhost"] = context.VirtualHost,
                ["action"] = context.Get(action),
                ["name"] = context.Get(name),
                ["routing_key"] = context.Get(key),
            };
            JsonElement answer = await context.Client.PostAsync(
                "permissions/check", body, $"user '{context.Get(user)}', or no virtual host '{context.VirtualHost}'", context.Cancellation);
            bool isAllowed = answer.GetProperty("allowed").GetBoolean();
            if (context.Get(CommonOptions.Json))
                context.Print(answer);
            else
                context.Say(OutputTable.Clean($"{(isAllowed ? "Allowed" : "Refused")}: {answer.GetProperty("reason").GetString()}"));
            return isAllowed ? ExitCode.Ok : ExitCode.NoPermission;
        }, user, action, name, key, CommonOptions.VirtualHost, CommonOptions.Json);
        return command;
    }

    private static string List(CommandContext context, string kind) =>
        context.VirtualHostOrAll is { } host ? $"{ApiPath.Of("vhosts", host)}/{kind}" : kind;

    private static Command Set(CommandSet set)
    {
        Argument<string> user = User(set);
        Option<string> configure = Pattern("--configure", "Names that the user may declare and delete"),
            write = Pattern("--write", "Names that the user may publish to"),
            read = Pattern("--read", "Names that the user may consume from");
        return set.Create("set", "Set a user's permissions in a virtual host, as regular expressions on names.", async context =>
        {
            string name = context.Get(user), host = context.VirtualHost;
            var body = new JsonObject { ["write"] = context.Get(write), ["read"] = context.Get(read) };
            if (context.Get(_topic) is { } exchange)
                body["exchange"] = exchange;
            else
                body["configure"] = context.Get(configure);
            await context.Client.PutAsync(
                ApiPath.Of(Kind(context), host, name), body, $"user '{name}', or no virtual host '{host}'", context.Cancellation);
            context.Say($"Set {Described(context)} of '{name}' in virtual host '{host}'.");
        }, user, CommonOptions.VirtualHost, configure, write, read, _topic);
    }

    private static Command Clear(CommandSet set)
    {
        Argument<string> user = User(set);
        return set.Create("clear", "Clear a user's permissions in a virtual host.", async context =>
        {
            string name = context.Get(user), host = context.VirtualHost, path = ApiPath.Of(Kind(context), host, name);
            if (context.Get(_topic) is { } exchange)
                path = $"{path}/{ApiPath.Of(exchange)}";
            await context.Client.DeleteAsync(path, $"permission of '{name}' in virtual host '{host}'", context.Cancellation);
            context.Say($"Cleared {Described(context)} of '{name}' in virtual host '{host}'.");
        }, user, CommonOptions.VirtualHost, _topic);
    }

    private static Option<string> Pattern(string name, string description) =>
        new(name) { HelpName = "regex", Description = $"{description}. Default: all; '' for none.", DefaultValueFactory = _ => ".*" };

    private static Argument<string> User(CommandSet set) => set.Name("user", "The user.", "users", isInVirtualHost: false);

    private static string Kind(CommandContext context) => context.Get(_topic) is null ? "permissions" : "topic-permissions";

    private static string Described(CommandContext context) =>
        context.Get(_topic) is { } exchange ? $"the topic permissions on '{exchange}'" : "the permissions";
}
