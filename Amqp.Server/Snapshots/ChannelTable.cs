using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>A snapshot of the open channels.</summary>
internal sealed class ChannelTable : FactsTable<ChannelFacts>
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
    private (long Last, long Before) _times; // of the samples

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
        _times = _maker.Sampler.Times;
        Fill(_maker.Facts());
    }

    public override VirtualHost HostOf(int row) => FactsOf(row).Session.Client.VirtualHost;

    public override string? OwnerOf(int row) => _user[row];

    protected override void FillFacts(int row, ChannelFacts facts)
    {
        var client = facts.Session.Client;
        (_name[row], _number[row], _connection[row]) = (facts.Name, facts.Session.Number, client.Origin.ConnectionName);
        (_clientName[row], _user[row], _host[row]) = (facts.ClientName, client.User.Name, client.VirtualHost.Name);
        _state[row] = "running"; // RabbitMQ's other states need flow control by channel
    }

    protected override void FillCounts(int row, ChannelFacts facts)
    {
        var session = facts.Session;
        _mode[row] = session.Confirms.AreSelected ? "confirm" : session.Transactions.Held is not null ? "transaction" : "";
        (_prefetch[row], _consumers[row]) = (session.Consumers.Prefetch, session.Consumers.Count);
        (_unacknowledged[row], _unconfirmed[row]) = (session.Deliveries.Count, session.Confirms.WaitingCount);
        Span<double> rates = stackalloc double[_rated.Length];
        rates.Clear();
        if (session.Counts.Samples is { } samples && samples.ChangedAt == _times.Last)
            samples.Rates(_rated, _times.Last, _times.Before, rates);
        for (int i = 0; i < rates.Length; i++)
            _rates[i][row] = RateColumn.Round(rates[i]);
    }
}
