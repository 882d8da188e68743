using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for permissions and topic permissions.</summary>
internal static class PermissionVerbs
{
    private static readonly string[] _ofHost = ["user", "configure", "write", "read"];
    private static readonly string[] _ofUser = ["vhost", "configure", "write", "read"];
    private static readonly string[] _topicsOfHost = ["user", "exchange", "write", "read"];
    private static readonly string[] _topicsOfUser = ["vhost", "exchange", "write", "read"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("clear_permissions", "[--vhost <vhost>] <username>", 1, 1, "Revokes user permissions for a vhost", ClearAsync),
        new(
            "clear_topic_permissions", "[--vhost <vhost>] <username> [<exchange>]", 1, 2,
            "Clears user topic permissions for a vhost or exchange", ClearTopicsAsync),
        Lists("list_permissions", "[--vhost <vhost>] [--no-table-headers]", 0, "Lists user permissions in a virtual host", ListAsync),
        Lists(
            "list_topic_permissions", "[--vhost <vhost>] [--no-table-headers]", 0, "Lists topic permissions in a virtual host",
            ListTopicsAsync),
        Lists("list_user_permissions", "[--no-table-headers] <username>", 1, "Lists permissions of a user across all virtual hosts", call =>
            OfUserAsync(call, "permissions", _ofUser)),
        Lists("list_user_topic_permissions", "[--no-table-headers] <username>", 1, "Lists user topic permissions", call =>
            OfUserAsync(call, "topic-permissions", _topicsOfUser)),
        new("set_permissions", "[--vhost <vhost>] <username> <conf> <write> <read>", 4, 4, "Sets user permissions for a vhost", SetAsync),
        new(
            "set_topic_permissions", "[--vhost <vhost>] <username> <exchange> <write> <read>", 4, 4,
            "Sets user topic permissions for an exchange", SetTopicsAsync),
    ];

    private static CtlVerb Lists(string name, string usage, int arguments, string description, Func<CtlCall, Task> run) =>
        new(name, usage, arguments, arguments, description, run) { Flags = ["--no-table-headers"], Timeout = 60 };

    private static async Task SetAsync(CtlCall call)
    {
        call.Announce($"Setting permissions for user \"{call[0]}\" in vhost \"{call.VirtualHost}\" ...");
        await DemandBothAsync(call);
        await call.SendAsync(
            HttpMethod.Put,
            ApiPath.Of("permissions", call.VirtualHost, call[0]),
            new JsonObject { ["configure"] = call[1], ["write"] = call[2], ["read"] = call[3] });
    }

    private static async Task SetTopicsAsync(CtlCall call)
    {
        call.Announce($"Setting topic permissions on \"{call[1]}\" for user \"{call[0]}\" in vhost \"{call.VirtualHost}\" ...");
        await DemandBothAsync(call);
        await call.SendAsync(
            HttpMethod.Put,
            ApiPath.Of("topic-permissions", call.VirtualHost, call[0]),
            new JsonObject { ["exchange"] = call[1], ["write"] = call[2], ["read"] = call[3] });
    }

    private static async Task ClearAsync(CtlCall call)
    {
        call.Announce($"Clearing permissions for user \"{call[0]}\" in vhost \"{call.VirtualHost}\" ...");
        await DemandBothAsync(call);
        string path = ApiPath.Of("permissions", call.VirtualHost, call[0]);
        if (await call.FindAsync(path) is not null) // a user without permissions is no error
            await call.SendAsync(HttpMethod.Delete, path);
    }

    private static async Task ClearTopicsAsync(CtlCall call)
    {
        string? exchange = call.Input.Arguments.Count > 1 ? call[1] : null;
        call.Announce(
            $"Clearing topic permissions {(exchange is null ? "" : $"on \"{exchange}\" ")}for user "
                + $"\"{call[0]}\" in vhost \"{call.VirtualHost}\" ...");
        await DemandBothAsync(call);
        string path = ApiPath.Of("topic-permissions", call.VirtualHost, call[0]);
        if (await call.FindAsync(path) is { } topics
            && (exchange is null || topics.EnumerateArray().Any(topic => topic.GetProperty("exchange").GetString() == exchange)))
            await call.SendAsync(HttpMethod.Delete, exchange is null ? path : $"{path}/{ApiPath.Of(exchange)}");
    }

    private static async Task ListAsync(CtlCall call)
    {
        call.Announce($"Listing permissions for vhost \"{call.VirtualHost}\" ...");
        await PrintOfHostAsync(call, "permissions", _ofHost);
    }

    private static async Task ListTopicsAsync(CtlCall call)
    {
        call.Announce($"Listing topic permissions for vhost \"{call.VirtualHost}\" ...");
        await PrintOfHostAsync(call, "topic-permissions", _topicsOfHost);
    }

    private static async Task PrintOfHostAsync(CtlCall call, string kind, string[] columns)
    {
        JsonElement permissions = await call.FindAsync($"{ApiPath.Of("vhosts", call.VirtualHost)}/{kind}")
            ?? throw CtlException.NoVirtualHost(call.VirtualHost);
        Print(call, columns, permissions);
    }

    private static async Task OfUserAsync(CtlCall call, string kind, string[] columns)
    {
        call.Announce($"Listing {kind.Replace('-', ' ')} for user \"{call[0]}\" ...");
        JsonElement permissions = await call.FindAsync($"{ApiPath.Of("users", call[0])}/{kind}") ?? throw CtlException.NoSuchUser(call[0]);
        Print(call, columns, permissions, hasHeadings: columns == _ofUser); // RabbitMQ prints no headings for topic permissions
    }

    private static void Print(CtlCall call, string[] columns, JsonElement permissions, bool hasHeadings = true) =>
        CtlFormat.Print(
            call,
            columns,
            [.. permissions.EnumerateArray().Select(permission => columns.Select(permission.GetProperty).ToArray())],
            isStreamed: false,
            hasHeadings);

    private static async Task DemandBothAsync(CtlCall call)
    {
        if (await call.FindAsync(ApiPath.Of("users", call[0])) is null)
            throw CtlException.Error(ExitCode.NotFound, $"User {call[0]} does not exist");
        if (await call.FindAsync(ApiPath.Of("vhosts", call.VirtualHost)) is null)
            throw CtlException.Error(ExitCode.Unavailable, $"Virtual host {call.VirtualHost} does not exist");
    }
}
