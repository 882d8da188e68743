using System.CommandLine;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The commands <c>amqpbroker connections</c>, <c>channels</c>, <c>consumers</c> and <c>close</c>.</summary>
internal static class ConnectionCommands
{
    public static Command Connections(CommandSet set)
    {
        var list = new ResourceList(
            "connection", "connections",
            context => context.VirtualHostOrAll is { } host ? $"{ApiPath.Of("vhosts", host)}/connections" : "connections",
            new("name"), new("user"), new("vhost"), new("state"), new("channels", true), new("protocol"), new("ssl"));
        Argument<string> name = Name(set);
        Command show = set.Create("show", "Show all fields of one connection.",
            context => ResourceView.ShowAsync(context, ApiPath.Of("connections", context.Get(name)), $"connection '{context.Get(name)}'"),
            name,
            CommonOptions.Json);
        return set.Resource("connections", "List, show and close clients' connections.", list, show, Close(set));
    }

    public static Command Channels(CommandSet set)
    {
        var list = new ResourceList(
            "channel", "channels", context => context.VirtualHostOrAll is { } host ? $"{ApiPath.Of("vhosts", host)}/channels" : "channels",
            new("name"), new("user"), new("vhost"), new("consumer_count", true), new("messages_unacknowledged", true),
            new("prefetch_count", true), new("confirm"), new("transactional"));
        var name = new Argument<string>("channel")
        {
            HelpName = "channel",
            Description = "The channel, such as '127.0.0.1:50000 -> 127.0.0.1:5672 (1)'."
        };
        name.CompletionSources.Add(context => set.Login.Complete(context, _ => "channels"));
        Command show = set.Create("show", "Show all fields of one channel.",
            context => ResourceView.ShowAsync(context, ApiPath.Of("channels", context.Get(name)), $"channel '{context.Get(name)}'"),
            name,
            CommonOptions.Json);
        return set.Resource("channels", "List and show clients' channels.", list, show);
    }

    public static Command Consumers(CommandSet set)
    {
        var list = new ResourceList(
            "consumer", "consumers", context => ApiPath.List("consumers", context.VirtualHostOrAll),
            new("queue.vhost"), new("queue.name"), new("consumer_tag"), new("channel_details.name"), new("ack_required"),
            new("prefetch_count", true), new("exclusive"), new("active"));
        return set.Resource("consumers", "List consumers.", list);
    }

    /// <summary>Creates the command that closes one connection, all connections of a user, or all connections.</summary>
    public static Command Close(CommandSet set)
    {
        Argument<string> name = Name(set);
        name.Arity = ArgumentArity.ZeroOrOne;
        var ofUser = new Option<string?>("--of-user")
        {
            HelpName = "name",
            Description = "Close all connections of this user instead; with --vhost only those to that virtual host."
        };
        var all = new Option<bool>("--all")
        {
            Description = "Close all connections instead; with --vhost only those to that virtual host."
        };
        var reason = new Option<string>("--reason")
        {
            HelpName = "text",
            Description = "The reason that the clients receive.",
            DefaultValueFactory = _ => "Closed by an operator"
        };
        var command = set.Create(
            "close", "Close a client's connection. The client receives the reason (320 CONNECTION_FORCED) and may connect again.",
            async context =>
            {
                string[] names = context.Get(name) is { Length: > 0 } one ? [one] : await NamesAsync(context, context.Get(ofUser));
                await WorkProgress.ShowAsync(context, "closing", names, connection =>
                    CloseAsync(context, connection, context.Get(reason), isWanted: names.Length == 1));
                context.Say(names.Length == 1 ? $"Closed '{names[0]}'." : $"Closed {names.Length} connections.");
            }, name, ofUser, all, reason, CommonOptions.VirtualHost);
        command.Validators.Add(result =>
        {
            int ways = (result.GetResult(name)?.Tokens.Count > 0 ? 1 : 0)
                + (result.GetResult(ofUser) is null ? 0 : 1)
                + (result.GetResult(all) is null ? 0 : 1);
            if (ways != 1)
                result.AddError("Name a connection, or give --of-user or --all. List connections with: amqpbroker connections");
        });
        return command;
    }

    private static Argument<string> Name(CommandSet set) =>
        set.Name("connection", "The connection, such as '127.0.0.1:50000 -> 127.0.0.1:5672'.", "connections", isInVirtualHost: false);

    private static async Task<string[]> NamesAsync(CommandContext context, string? user)
    {
        string path = user is not null
            ? ApiPath.Of("connections", "username", user)
            : context.VirtualHostOrAll is { } host ? $"{ApiPath.Of("vhosts", host)}/connections" : "connections";
        JsonElement connections = await context.Client.GetAsync(
            path, user is null ? $"virtual host '{context.VirtualHost}'" : $"user '{user}'", context.Cancellation);
        return
        [
            .. connections.EnumerateArray()
                // The HTTP API lists a user's connections in all virtual hosts, so this filter selects the wanted virtual host.
                .Where(connection => context.VirtualHostOrAll is not { } wanted || connection.GetProperty("vhost").GetString() == wanted)
                .Select(connection => connection.GetProperty("name").GetString()!),
        ];
    }

    private static async Task CloseAsync(CommandContext context, string name, string reason, bool isWanted)
    {
        ApiAnswer answer = await context.Client.AskAsync(
            HttpMethod.Delete, ApiPath.Of("connections", name), header: ("X-Reason", reason), cancellation: context.Cancellation);
        // A client may close its own connection in the meantime. This is an error only if the command closes a single connection.
        if (!answer.IsSuccess && (isWanted || answer.Status != System.Net.HttpStatusCode.NotFound))
            throw ApiFailure.Of(context.Client.Login, answer, $"connection '{name}'");
    }
}
