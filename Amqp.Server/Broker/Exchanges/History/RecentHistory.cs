using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.History;

/// <summary>The last messages of an exchange, oldest first. They do not outlive a restart, as in RabbitMQ.</summary>
/// <remarks>Its lock owns them. It is taken behind the topology lock and before the store's; no queue's lock is taken under it.</remarks>
/// <param name="length">How many are kept, as far as <see cref="VirtualHost.RecentHistoryLimit"/> lets it.</param>
/// <param name="exchange">For the log.</param>
/// <param name="virtualHost">Where they are replayed to.</param>
/// <param name="messages">Their place in the store.</param>
internal sealed class RecentHistory(long length, string exchange, VirtualHost virtualHost, StoredQueue messages)
{
    private readonly long _most = Math.Min(length, virtualHost.RecentHistoryLimit);
    private readonly Lock _gate = new();
    private readonly Queue<StoredMessage> _kept = new();
    private bool _closed;
    private List<StoredMessage>? _replayed; // those that came back here while they are replayed

    /// <summary>The place that messages for it are appended to.</summary>
    public StoredQueue Messages => messages;

    /// <summary>Keeps a message that has been appended; the oldest goes when there are too many.</summary>
    public void Add(in StoredMessage message)
    {
        lock (_gate)
        {
            if (_replayed is not null)
            {
                _replayed.Add(message); // bound in a circle, it has its own messages back: they are kept once all are through
                return;
            }
            if (_closed || _kept.Count >= _most)
            {
                var gone = message;
                if (!_closed)
                {
                    gone = _kept.Dequeue();
                    _kept.Enqueue(message);
                }
                virtualHost.Store.Settle(messages, new ReadOnlySpan<StoredMessage>(in gone));
                return;
            }
            _kept.Enqueue(message);
        }
    }

    /// <summary>Publishes what is kept to a destination. The topology lock is held, so that nothing newer comes before it.</summary>
    public void Replay(IBindingDestination destination, DispatchRound round)
    {
        var finder = new RouteFinder(virtualHost);
        var intake = new MessageIntake(virtualHost);
        lock (_gate)
        {
            _replayed = [];
            try
            {
                foreach (var message in _kept)
                    Replay(message, destination, finder, intake, round);
            }
            finally
            {
                var replayed = _replayed;
                _replayed = null;
                foreach (var message in replayed)
                    Add(message);
            }
        }
        round.HandOver();
    }

    /// <summary>Lets go of everything, for good.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            virtualHost.Store.Settle(messages, _kept.ToArray());
            _kept.Clear();
        }
        virtualHost.Store.DeleteQueue(messages);
    }

    private void Replay(in StoredMessage message, IBindingDestination destination, RouteFinder finder, MessageIntake intake, DispatchRound round)
    {
        try
        {
            using var payload = virtualHost.Store.Read(message);
            var encoded = EncodedMessage.Read(payload.Payload);
            var properties = EncodedProperties.Read(encoded.Properties);
            var route = (destination as Queue)?.Route;
            if (route is null)
            {
                finder.Follow((Exchange)destination, RoutedMessage.Of(encoded.Address, encoded.Properties, properties.Headers, []));
                route = finder.ToRoute();
            }
            intake.Store(route, encoded.Head, encoded.Body, MessageTraits.Of(properties), round);
        }
        catch (Exception unreadable) when (unreadable is StoreDamagedException or IOException or UnauthorizedAccessException)
        {
            virtualHost.Logger.HistoryUnreadable(exchange, virtualHost.Name, unreadable);
        }
    }
}
