using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Lists;

/// <summary>The lists that are answered from snapshots.</summary>
internal static class ListKinds
{
    private static readonly FilterKey _host = new("vhost", IsWhole: true), _policy = new("policy", IsWhole: true);
    private static readonly FilterKey _name = new("name"), _type = new("type", IsWhole: true), _state = new("state", IsWhole: true);
    private static readonly FilterKey _user = new("user", IsWhole: true), _connection = new("connection");

    public static ListKind Queues { get; } = new("queues", snapshots => snapshots.Queues)
    {
        Identity = ["name", "vhost"],
        Searched = ["name"],
        Keys = new()
        {
            ["name"] = _name,
            ["state"] = _state,
            ["policy"] = _policy,
            ["type"] = _type,
            ["vhost"] = _host,
        },
        Flags = new()
        {
            ["growing"] = OfQueue((queues, row) => queues.Growth[row] > 0),
            ["idle"] = OfQueue((queues, row) => queues.IdleSince[row] != NumberColumn.Unknown),
            ["empty"] = OfQueue((queues, row) => queues.Messages[row] == 0),
            ["unconsumed"] = OfQueue((queues, row) => queues.Consumers[row] == 0),
            ["exclusive"] = OfQueue((queues, row) => queues.Facts.Exclusive[row]),
            ["durable"] = OfQueue((queues, row) => queues.Facts.Durable[row]),
            ["transient"] = OfQueue((queues, row) => !queues.Facts.Durable[row]),
            ["dlx"] = OfQueue((queues, row) => (queues.Facts.Features[row] & QueueFeatures.DeadLetterExchange) != 0),
        },
    };

    public static ListKind Exchanges { get; } = new("exchanges", snapshots => snapshots.Exchanges)
    {
        Identity = ["name", "vhost"],
        Searched = ["name"],
        Keys = new()
        {
            ["name"] = _name,
            ["type"] = _type,
            ["vhost"] = _host,
            ["policy"] = _policy,
        },
    };

    public static ListKind Connections { get; } = new("connections", snapshots => snapshots.Connections)
    {
        Identity = ["name"],
        Searched = ["name", "client_name", "user", "peer_host"],
        Keys = new()
        {
            ["name"] = _name,
            ["user"] = _user,
            ["state"] = _state,
            ["client"] = new("client_name"),
            ["vhost"] = _host,
            ["address"] = new("peer_host"),
        },
        Flags = new()
        {
            ["blocked"] = table => IsState(table, "blocked"),
            ["tls"] = table =>
            {
                var tls = (FlagColumn)table.Find("ssl")!;
                return row => tls[row];
            },
        },
    };

    public static ListKind Channels { get; } = new("channels", snapshots => snapshots.Channels)
    {
        Identity = ["name"],
        Searched = ["name", "client_name", "user"],
        Keys = new()
        {
            ["user"] = _user,
            ["connection"] = _connection,
            ["state"] = _state,
            ["name"] = _name,
            ["vhost"] = _host,
        },
        Flags = new()
        {
            ["confirm"] = table => IsMode(table, "confirm"),
            ["transactional"] = table => IsMode(table, "transaction"),
        },
    };

    public static ListKind Consumers { get; } = new("consumers", snapshots => snapshots.Consumers)
    {
        Identity = ["tag", "queue", "vhost", "channel"],
        Searched = ["tag", "queue", "client_name"],
        Keys = new()
        {
            ["queue"] = new("queue"),
            ["tag"] = new("tag"),
            ["channel"] = new("channel"),
            ["user"] = _user,
            ["vhost"] = _host,
        },
    };

    public static IReadOnlyList<ListKind> All { get; } = [Queues, Connections, Channels, Consumers, Exchanges];

    private static Func<SnapshotTable, Func<int, bool>> OfQueue(Func<QueueTable, int, bool> test) => table =>
    {
        var queues = (QueueTable)table;
        return row => test(queues, row);
    };

    private static Func<int, bool> IsState(SnapshotTable table, string state) => Has(table.Text("state"), state);

    private static Func<int, bool> IsMode(SnapshotTable table, string mode) => Has(table.Text("mode"), mode);

    private static Func<int, bool> Has(TextColumn column, string value) => row => column[row] == value;
}
