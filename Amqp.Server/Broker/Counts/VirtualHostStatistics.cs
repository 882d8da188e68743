namespace Amqp.Server.Broker.Counts;

/// <summary>Counts of a virtual host's connections and channels. Includes closed connections and channels.</summary>
/// <remarks>One lock guards the open connections and channels, and the sums of the closed ones.</remarks>
internal sealed class VirtualHostStatistics(BrokerStatistics broker)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ChannelCounts> _channels = [];
    private readonly HashSet<ConnectionCounts> _connections = [];
    private MessageCounts _ofClosedChannels;
    private TrafficCounts _ofClosedConnections;
    private bool _isDeleted;

    public BrokerStatistics Broker => broker;

    /// <summary>Past values of these counts. Used by the sampler only; null before the first sample.</summary>
    public SampleSeries? Samples { get; set; }

    public int ConnectionCount
    {
        get
        {
            lock (_lock)
                return _connections.Count;
        }
    }

    public int ChannelCount
    {
        get
        {
            lock (_lock)
                return _channels.Count;
        }
    }

    /// <summary>Adds a new channel and returns its counts.</summary>
    public ChannelCounts OpenChannel()
    {
        var channel = new ChannelCounts();
        lock (_lock)
            _channels.Add(channel);
        broker.Note(Churn.ChannelCreated);
        return channel;
    }

    /// <summary>Removes a closed channel, and adds its counts to the sums for closed channels. May be called more than once.</summary>
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

    /// <summary>Adds an open connection.</summary>
    public void Open(ConnectionCounts connection)
    {
        lock (_lock)
            _connections.Add(connection);
        broker.Note(Churn.ConnectionCreated);
    }

    /// <summary>
    /// Removes a closed connection, and adds its counts to the sums for closed connections. May be called more than once.
    /// </summary>
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

    /// <summary>Adds the counts of this deleted virtual host to the broker's sums.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _isDeleted = true;
            broker.Keep(_ofClosedChannels, _ofClosedConnections);
            (_ofClosedChannels, _ofClosedConnections) = (default, default);
        }
    }

    /// <summary>Returns the message counts of all channels, including closed ones.</summary>
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

    /// <summary>Returns the traffic of all connections, including closed ones.</summary>
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

    /// <summary>Returns the number of open channels that have published a message.</summary>
    public int CountPublishers()
    {
        lock (_lock)
            return _channels.Count(channel => channel.Read().Publish > 0);
    }

    /// <summary>Updates the counts of the exchanges, and then calls <paramref name="read"/> under the lock.</summary>
    /// <param name="read">Reads the counts of the exchanges.</param>
    /// <param name="state">Passed to <paramref name="read"/>.</param>
    public void ReadExchanges<TState>(TState state, Action<TState> read)
    {
        lock (_lock)
        {
            foreach (var channel in _channels)
                channel.Carry();
            read(state);
        }
    }

    /// <summary>Updates the counts of the exchanges: adds the messages that channels have published since the last update.</summary>
    public void CarryExchanges() => ReadExchanges(0, static _ => { });

    /// <summary>Returns the counts of all open channels.</summary>
    public ChannelCounts[] Channels()
    {
        lock (_lock)
            return [.. _channels];
    }

    /// <summary>Returns the counts of all open connections.</summary>
    public ConnectionCounts[] Connections()
    {
        lock (_lock)
            return [.. _connections];
    }
}
