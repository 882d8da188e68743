using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>A snapshot of the open connections.</summary>
internal sealed class ConnectionTable : FactsTable<ConnectionFacts>
{
    private static readonly int[] _rated = [0, 1]; // the columns of a sample: octets received, octets sent

    private readonly ConnectionMaker _maker;
    private readonly TextColumn
        _name = new("name"), _clientName = new("client_name"), _user = new("user"), _host = new("vhost"), _state = new("state"),
        _protocol = new("protocol"), _peerHost = new("peer_host"), _client = new("client"), _platform = new("platform");
    private readonly NumberColumn
        _channels = new("channels"), _unacknowledged = new("unacknowledged"), _peerPort = new("peer_port"),
        _connectedAt = new("connected_at");
    private readonly RateColumn _received = new("recv_rate"), _sent = new("send_rate");
    private readonly FlagColumn _isTls = new("ssl");
    private (long Last, long Before) _times; // of the samples

    public ConnectionTable(ConnectionMaker maker)
    {
        _maker = maker;
        Columns =
        [
            _name, _clientName, _user, _host, _state, _isTls, _protocol, _channels, _unacknowledged, _received, _sent, _peerHost, _peerPort,
            _connectedAt, _client, _platform,
        ];
    }

    public override void Fill()
    {
        _times = _maker.Sampler.Times;
        Fill(_maker.Facts());
    }

    public override VirtualHost HostOf(int row) => FactsOf(row).Host;

    public override string? OwnerOf(int row) => _user[row];

    protected override void FillFacts(int row, ConnectionFacts facts)
    {
        var (client, origin, about) = (facts.Client, facts.Client.Origin, facts.About);
        (_name[row], _user[row], _host[row]) = (origin.ConnectionName, client.User.Name, client.VirtualHost.Name);
        (_clientName[row], _client[row], _platform[row]) = (about.Name, about.Program, about.Platform);
        (_isTls[row], _protocol[row]) = (facts.Connection.Peer.IsTls, "AMQP 0-9-1");
        (_peerHost[row], _peerPort[row], _connectedAt[row]) = (origin.PeerHost, origin.PeerPort, origin.ConnectedAt);
    }

    protected override void FillCounts(int row, ConnectionFacts facts)
    {
        var connection = facts.Connection;
        _state[row] = connection.State;
        (_channels[row], _unacknowledged[row]) = connection.Load;
        Span<double> rates = stackalloc double[2];
        rates.Clear();
        if (connection.Traffic.Samples is { } samples && samples.ChangedAt == _times.Last)
            samples.Rates(_rated, _times.Last, _times.Before, rates);
        (_received[row], _sent[row]) = (RateColumn.Round(rates[0]), RateColumn.Round(rates[1]));
    }
}
