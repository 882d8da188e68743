using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for the limits of virtual hosts and users.</summary>
internal static class LimitVerbs
{
    private static readonly string[] _hostColumns = ["vhost", "limits"];
    private static readonly string[] _userColumns = ["user", "limits"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("clear_user_limits", "<username> <limit_type> | all", 2, 2, "Clears user connection/channel limits", ClearOfUserAsync),
        new("clear_vhost_limits", "[--vhost <vhost>]", 0, 0, "Clears virtual host limits", ClearOfHostAsync),
        new("list_user_limits", "[--user <username>] [--global]", 0, 0, "Displays configured user limits", ListOfUsersAsync)
        {
            Flags = ["--global"],
            Options = ["--user"],
            Timeout = 60
        },
        new(
            "list_vhost_limits", "[--vhost <vhost>] [--global] [--no-table-headers]", 0, 0, "Displays configured virtual host limits",
            ListOfHostsAsync)
        {
            Flags = ["--global", "--no-table-headers"],
            Timeout = 60
        },
        new("set_user_limits", "<username> <definition>", 2, 2, "Sets user limits", SetOfUserAsync),
        new("set_vhost_limits", "[--vhost <vhost>] <definition>", 1, 1, "Sets virtual host limits", SetOfHostAsync),
    ];

    private static async Task SetOfHostAsync(CtlCall call)
    {
        call.Announce($"Setting vhost limits to \"{call[0]}\" for vhost \"{call.VirtualHost}\" ...");
        JsonObject limits = Parse(call[0]);
        await call.DemandVirtualHostAsync();
        // One request sets all limits, so that an error leaves none of them changed.
        await call.SendAsync(HttpMethod.Put, OfHost(call), new JsonObject { ["value"] = limits });
    }

    private static async Task ClearOfHostAsync(CtlCall call)
    {
        call.Announce($"Clearing vhost \"{call.VirtualHost}\" limits ...");
        await call.DeleteAsync(OfHost(call), CtlException.NoParameter());
    }

    private static async Task ListOfHostsAsync(CtlCall call)
    {
        if (call.Input.Has("global"))
        {
            call.Announce("Listing limits for all vhosts ...");
            Print(call, _hostColumns, await call.ListAsync("vhost-limits"), "vhost");
            return;
        }
        call.Announce($"Listing limits for vhost \"{call.VirtualHost}\" ...");
        await call.DemandVirtualHostAsync();
        JsonElement[] limits = await call.ListAsync(ApiPath.Of("vhost-limits", call.VirtualHost));
        if (limits.Length == 0 && call.IsForProgram)
            call.Output.WriteLine("[]");
        else
            call.SayValue(limits.Length == 0 ? "" : CtlJson.Compact(limits[0].GetProperty("value")));
    }

    /// <summary>Returns the path of the parameter that holds a virtual host's limits.</summary>
    private static string OfHost(CtlCall call) => ApiPath.Of("parameters", "vhost-limits", call.VirtualHost, "limits");

    private static async Task SetOfUserAsync(CtlCall call)
    {
        call.Announce($"Setting user limits to \"{call[1]}\" for user \"{call[0]}\" ...");
        JsonObject limits = Parse(call[1]);
        await DemandUserAsync(call, call[0]);
        foreach (var (name, value) in limits)
            await call.SendAsync(
                HttpMethod.Put, ApiPath.Of("user-limits", call[0], name), new JsonObject { ["value"] = value?.DeepClone() });
    }

    private static async Task ClearOfUserAsync(CtlCall call)
    {
        call.Announce($"Clearing {(call[1] == "all" ? "all limits" : $"\"{call[1]}\" limit")} for user \"{call[0]}\" ...");
        await DemandUserAsync(call, call[0]);
        string[] names = Names(await call.ListAsync(ApiPath.Of("user-limits", call[0])));
        foreach (string name in names.Where(name => call[1] == "all" || name == call[1]))
            await call.SendAsync(HttpMethod.Delete, ApiPath.Of("user-limits", call[0], name));
    }

    private static async Task ListOfUsersAsync(CtlCall call)
    {
        if (call.Input.Has("global"))
        {
            call.Announce("Listing limits for all users ...");
            Print(call, _userColumns, await call.ListAsync("user-limits"), "user");
            return;
        }
        string user = call.Input.Option("user") ?? "guest";
        call.Announce($"Listing limits for user \"{user}\" ...");
        await DemandUserAsync(call, user);
        JsonElement[] limits = await call.ListAsync(ApiPath.Of("user-limits", user));
        call.Say(limits.Length == 0 ? "{}" : CtlJson.Compact(limits[0].GetProperty("value")));
    }

    private static async Task DemandUserAsync(CtlCall call, string user)
    {
        if (await call.FindAsync(ApiPath.Of("users", user)) is null)
            throw CtlException.NoSuchUser(user);
    }

    private static void Print(CtlCall call, string[] columns, JsonElement[] limits, string owner) =>
        CtlFormat.Print(
            call,
            columns,
            [.. limits.Select(entry => new[] { entry.GetProperty(owner), CtlJson.AsText(entry, "value") })],
            isStreamed: false);

    private static JsonObject Parse(string text) => CtlCall.ParseJson(text) as JsonObject ?? throw CtlException.NotJson();

    private static string[] Names(JsonElement[] limits) =>
        [.. limits.SelectMany(entry => entry.GetProperty("value").EnumerateObject()).Select(limit => limit.Name)];
}
