using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>A snapshot of the open channels.</summary>
internal sealed class ChannelTable : SnapshotTable
{
    /// <summary>Columns of the sampled counts that are shown as rates, in the order of the rate columns.</summary>
    private static readonly int[] _rated = [0, StatisticRows.ChannelDelivered, StatisticRows.ChannelAcknowledged];

    private readonly ChannelMaker _maker;
    private readonly TextColumn
        _name = new("name"), _connection = new("connection"), _clientName = new("client_name"), _user = new("user"), _host = new("vhost"),
        _state = new("state"), _mode = new("mode");
    private readonly NumberColumn
        _number = new("number"), _prefetch = new("prefetch_count"), _consumers = new("consumers"),
        _unacknowledged = new("messages_unacknowledged"), _unconfirmed = new("messages_unconfirmed");
    private readonly RateColumn[] _rates = [new("publish_rate"), new("deliver_rate"), new("ack_rate")];
    private ChannelFacts[] _facts = [];

    public ChannelTable(ChannelMaker maker)
    {
        _maker = maker;
        Columns =
        [
            _name, _number, _connection, _clientName, _user, _host, _state, _mode, _prefetch, _consumers, _unacknowledged, _unconfirmed,
            .. _rates,
        ];
    }

    public override void Fill()
    {
        var facts = _maker.Facts();
        bool isSame = ReferenceEquals(facts, _facts);
        (_facts, Count) = (facts, facts.Length);
        foreach (var column in Columns)
            column.Reserve(Count);
        var times = _maker.Sampler.Times;
        for (int row = 0; row < Count; row++)
        {
            if (!isSame)
                FillFacts(row, facts[row]);
            FillCounts(row, facts[row], times);
        }
    }

    public override VirtualHost HostOf(int row) => _facts[row].Session.Client.VirtualHost;

    public override string? OwnerOf(int row) => _user[row];

    private void FillFacts(int row, ChannelFacts facts)
    {
        var client = facts.Session.Client;
        (_name[row], _number[row], _connection[row]) = (facts.Name, facts.Session.Number, client.Origin.ConnectionName);
        (_clientName[row], _user[row], _host[row]) = (facts.ClientName, client.User.Name, client.VirtualHost.Name);
        _state[row] = "running"; // RabbitMQ's other states need flow control by channel
    }

    private void FillCounts(int row, ChannelFacts facts, (long Last, long Before) times)
    {
        var session = facts.Session;
        _mode[row] = session.Confirms.AreSelected ? "confirm" : session.Transactions.Held is not null ? "transaction" : "";
        (_prefetch[row], _consumers[row]) = (session.Consumers.Prefetch, session.Consumers.Count);
        (_unacknowledged[row], _unconfirmed[row]) = (session.Deliveries.Count, session.Confirms.WaitingCount);
        Span<double> rates = stackalloc double[_rated.Length];
        rates.Clear();
        if (session.Counts.Samples is { } samples && samples.ChangedAt == times.Last)
            samples.Rates(_rated, times.Last, times.Before, rates);
        for (int i = 0; i < rates.Length; i++)
            _rates[i][row] = RateColumn.Round(rates[i]);
    }
}
