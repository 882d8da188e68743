using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Counts connections and channels, and enforces the limits of users, virtual hosts and the broker. Thread-safe.</summary>
/// <param name="userLimits">Limits of the users. The limits of virtual hosts are in <see cref="VirtualHost.Limits"/>.</param>
/// <param name="channelLimit">Maximum number of channels in the whole broker; null for no limit.</param>
internal sealed class ClientCounts(UserLimits userLimits, long? channelLimit)
{
    private readonly UserLimits _userLimits = userLimits;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _ofVirtualHosts = [];
    private readonly Dictionary<string, int> _ofUsers = [];
    private readonly Dictionary<string, int> _channelsOfUsers = [];
    private long _channels;

    /// <summary>Counts a connection, until the returned object is disposed of.</summary>
    /// <exception cref="BrokerException">530: a limit on the number of connections is reached.</exception>
    public Admission Admit(string user, VirtualHost virtualHost)
    {
        lock (_lock)
        {
            if (virtualHost.Limits.MaxConnections is { } most && _ofVirtualHosts.GetValueOrDefault(virtualHost.Name) >= most)
                throw new BrokerException(
                    BrokerError.NotAllowed,
                    $"access to vhost '{virtualHost.Name}' refused for user '{user}': connection limit ({most}) is reached");
            if (_userLimits.Find(user, UserLimits.MaxConnections) is { } limit && _ofUsers.GetValueOrDefault(user) >= limit)
                throw new BrokerException(
                    BrokerError.NotAllowed, $"connection refused for user '{user}': user connection limit ({limit}) is reached");
            Add(_ofVirtualHosts, virtualHost.Name, 1);
            Add(_ofUsers, user, 1);
            return new Admission(this, user, virtualHost.Name);
        }
    }

    private void DemandRoomForChannel()
    {
        if (channelLimit is { } limit && _channels >= limit)
            throw new BrokerException(
                BrokerError.NotAllowed,
                $"number of channels opened on node '{Node.Name}' has reached the maximum allowed limit of ({limit})");
    }

    private static void Add(Dictionary<string, int> counts, string name, int count)
    {
        int sum = counts.GetValueOrDefault(name) + count;
        if (sum == 0)
            counts.Remove(name);
        else
            counts[name] = sum;
    }

    /// <summary>A counted connection, with its channels. The lock of <see cref="ClientCounts"/> guards the counts.</summary>
    internal sealed class Admission(ClientCounts counts, string user, string virtualHost) : IDisposable
    {
        private int _channels;
        private bool _isOver;

        /// <summary>Counts a new channel of the connection.</summary>
        /// <exception cref="BrokerException">530: the broker or the user has too many channels.</exception>
        public void OpenChannel()
        {
            lock (counts._lock)
            {
                counts.DemandRoomForChannel();
                if (counts._userLimits.Find(user, UserLimits.MaxChannels) is { } limit
                    && counts._channelsOfUsers.GetValueOrDefault(user) >= limit)
                    throw new BrokerException(
                        BrokerError.NotAllowed,
                        $"number of channels opened for user '{user}' has reached the maximum allowed user limit of ({limit})");
                Add(counts._channelsOfUsers, user, 1);
                counts._channels++;
                _channels++;
            }
        }

        public void CloseChannel()
        {
            lock (counts._lock)
            {
                if (_isOver)
                    return;
                Add(counts._channelsOfUsers, user, -1);
                counts._channels--;
                _channels--;
            }
        }

        /// <summary>Stops counting the connection and its channels. May be called more than once.</summary>
        public void Dispose()
        {
            lock (counts._lock)
            {
                if (_isOver)
                    return;
                _isOver = true;
                Add(counts._ofVirtualHosts, virtualHost, -1);
                Add(counts._ofUsers, user, -1);
                Add(counts._channelsOfUsers, user, -_channels);
                counts._channels -= _channels;
            }
        }
    }
}
