namespace Amqp.Server.Cli.Admin;

/// <summary>A list of objects that <c>rabbitmqadmin</c> shows.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="IsOfVirtualHost">True if the HTTP API can restrict the list to one virtual host.</param>
/// <param name="Columns">Default columns; empty for all.</param>
/// <param name="JsonColumns">Columns that show an object as JSON.</param>
internal sealed record AdminList(string Name, bool IsOfVirtualHost, string[] Columns, params string[] JsonColumns)
{
    /// <summary>The list's name in the paths of the HTTP API.</summary>
    public string Path => Name.Replace('_', '-');
}

/// <summary>The lists that <c>rabbitmqadmin</c> shows.</summary>
internal static class AdminLists
{
    /// <summary>Lists that the command <c>list</c> supports.</summary>
    public static IReadOnlyList<AdminList> Listable { get; } =
    [
        new("connections", false, ["name", "user", "channels"]),
        new("channels", false, ["name", "user"]),
        new("consumers", true, []),
        new("exchanges", true, ["name", "type"]),
        new("queues", true, ["name", "messages"]),
        new("bindings", true, ["source", "destination", "routing_key"]),
        new("users", false, []),
        new("vhosts", false, ["name", "messages"]),
        new("permissions", false, []),
        new("nodes", false, ["name", "type", "mem_used"]),
        new("parameters", false, [], "value"),
        new("policies", false, [], "definition"),
        new("operator_policies", false, [], "definition"),
        new("vhost_limits", false, [], "value"),
    ];

    /// <summary>Objects that the command <c>show</c> supports.</summary>
    public static IReadOnlyList<AdminList> Showable { get; } =
        [new("overview", false, ["rabbitmq_version", "cluster_name", "queue_totals.messages", "object_totals.queues"])];
}
