namespace Amqp.Server.Broker.Counts;

/// <summary>What the connections and channels of a virtual host count, those that are gone included.</summary>
/// <remarks>One lock guards who is open and what the closed ones have left, so that nothing is counted twice or missed while somebody closes.</remarks>
internal sealed class VirtualHostStatistics(BrokerStatistics broker)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ChannelCounts> _channels = [];
    private readonly HashSet<ConnectionCounts> _connections = [];
    private MessageCounts _ofClosedChannels;
    private TrafficCounts _ofClosedConnections;
    private bool _isDeleted;

    public BrokerStatistics Broker => broker;

    /// <summary>What was counted at times gone by; the sampler's. Null while there was nothing.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Connections that are open.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_lock)
                return _connections.Count;
        }
    }

    /// <summary>Channels that are open.</summary>
    public int ChannelCount
    {
        get
        {
            lock (_lock)
                return _channels.Count;
        }
    }

    /// <summary>Counts for a new channel.</summary>
    public ChannelCounts OpenChannel()
    {
        var channel = new ChannelCounts();
        lock (_lock)
            _channels.Add(channel);
        broker.Note(Churn.ChannelCreated);
        return channel;
    }

    /// <summary>A channel is closed and counts no more. Twice does no harm.</summary>
    public void Close(ChannelCounts channel)
    {
        lock (_lock)
        {
            if (!_channels.Remove(channel))
                return;
            channel.Carry();
            var counts = channel.Read();
            if (_isDeleted)
                broker.Keep(counts, default);
            else
                _ofClosedChannels.Add(counts);
        }
        broker.Note(Churn.ChannelClosed);
    }

    /// <summary>A connection is open.</summary>
    public void Open(ConnectionCounts connection)
    {
        lock (_lock)
            _connections.Add(connection);
        broker.Note(Churn.ConnectionCreated);
    }

    /// <summary>A connection is closed. Twice does no harm.</summary>
    public void Close(ConnectionCounts connection)
    {
        lock (_lock)
        {
            if (!_connections.Remove(connection))
                return;
            if (_isDeleted)
                broker.Keep(default, connection.Read());
            else
                _ofClosedConnections += connection.Read();
        }
        broker.Note(Churn.ConnectionClosed);
    }

    /// <summary>The virtual host is gone: the broker keeps its counts.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _isDeleted = true;
            broker.Keep(_ofClosedChannels, _ofClosedConnections);
            (_ofClosedChannels, _ofClosedConnections) = (default, default);
        }
    }

    /// <summary>What all channels have counted.</summary>
    public MessageCounts Messages()
    {
        lock (_lock)
        {
            var counts = _ofClosedChannels;
            foreach (var channel in _channels)
                counts.Add(channel.Read());
            return counts;
        }
    }

    /// <summary>What all connections have received and sent.</summary>
    public TrafficCounts Traffic()
    {
        lock (_lock)
        {
            var traffic = _ofClosedConnections;
            foreach (var connection in _connections)
                traffic += connection.Read();
            return traffic;
        }
    }

    /// <summary>How many of the channels have published anything.</summary>
    public int CountPublishers()
    {
        lock (_lock)
            return _channels.Count(channel => channel.Read().Publish > 0);
    }

    /// <summary>Brings the counts of the exchanges up to now; they are good to read within.</summary>
    /// <param name="read">Reads them. Under the lock.</param>
    /// <param name="state">For it.</param>
    public void ReadExchanges<TState>(TState state, Action<TState> read)
    {
        lock (_lock)
        {
            foreach (var channel in _channels)
                channel.Carry();
            read(state);
        }
    }

    /// <summary>Brings the counts of the exchanges up to now.</summary>
    public void CarryExchanges() => ReadExchanges(0, static _ => { });

    /// <summary>The open channels' counts.</summary>
    public ChannelCounts[] Channels()
    {
        lock (_lock)
            return [.. _channels];
    }

    /// <summary>The open connections' counts.</summary>
    public ConnectionCounts[] Connections()
    {
        lock (_lock)
            return [.. _connections];
    }
}
