using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>A snapshot of the consumers.</summary>
internal sealed class ConsumerTable : FactsTable<ConsumerFacts>
{
    private readonly ConsumerMaker _maker;
    private readonly TextColumn
        _tag = new("tag"), _queue = new("queue"), _host = new("vhost"), _channel = new("channel"), _connection = new("connection"),
        _clientName = new("client_name"), _user = new("user");
    private readonly FlagColumn _needsAck = new("ack_required"), _exclusive = new("exclusive"), _active = new("active");
    private readonly NumberColumn
        _prefetch = new("prefetch_count"), _unacknowledged = new("unacknowledged"), _lastAckAt = new("last_ack_at");

    public ConsumerTable(ConsumerMaker maker)
    {
        _maker = maker;
        Columns =
        [
            _tag, _queue, _host, _channel, _connection, _clientName, _user, _needsAck, _exclusive, _prefetch, _unacknowledged, _active,
            _lastAckAt,
        ];
    }

    public override void Fill() => Fill(_maker.Facts());

    public override VirtualHost HostOf(int row) => FactsOf(row).Consumer.Session.Client.VirtualHost;

    protected override void FillFacts(int row, ConsumerFacts facts)
    {
        var (consumer, client) = (facts.Consumer, facts.Consumer.Session.Client);
        (_tag[row], _queue[row], _host[row]) = (consumer.Tag, consumer.Queue.Name, consumer.Queue.VirtualHost);
        (_channel[row], _connection[row]) = (facts.Channel, client.Origin.ConnectionName);
        (_clientName[row], _user[row]) = (facts.ClientName, client.User.Name);
        (_needsAck[row], _prefetch[row]) = (!consumer.NoAck, consumer.Prefetch);
        _exclusive[row] = consumer.Subscription?.IsExclusive ?? false;
    }

    protected override void FillCounts(int row, ConsumerFacts facts)
    {
        var consumer = facts.Consumer;
        _unacknowledged[row] = consumer.Unacknowledged;
        _active[row] = !consumer.Queue.Settings.SingleActiveConsumer
            || ReferenceEquals(consumer.Queue.Status.SpecialConsumers.Active, consumer);
        _lastAckAt[row] = facts.LastAckAt;
    }
}
