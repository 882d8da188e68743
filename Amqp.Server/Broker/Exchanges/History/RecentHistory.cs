using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.History;

/// <summary>The last messages that were published to an exchange, oldest first. As in RabbitMQ, a restart discards them.</summary>
/// <remarks>A lock of this class guards the state. It is taken after the topology lock, and before the locks of queues and store.</remarks>
/// <param name="length">Number of messages to keep, at most <see cref="QueueServices.RecentHistoryLimit"/>.</param>
/// <param name="exchange">Name of the exchange, for the log.</param>
/// <param name="routing">Exchanges and bindings of the virtual host.</param>
/// <param name="host">Services of the virtual host.</param>
/// <param name="messages">Queue of the message store that holds the messages.</param>
internal sealed class RecentHistory(long length, string exchange, RoutingTable routing, QueueHost host, StoredQueue messages) : IRouteTarget
{
    private readonly long _maxCount = Math.Min(length, host.Services.RecentHistoryLimit);
    private readonly IMessageStore _store = host.Services.Store;
    private readonly Lock _gate = new();
    private readonly Queue<StoredMessage> _kept = new();
    private bool _closed;
    private List<StoredMessage>? _replayed; // replayed messages that bindings have routed back to this exchange; null while no replay runs

    /// <summary>
    /// False, because the history is not a destination: a message that no queue receives is unroutable, even if the history keeps it.
    /// </summary>
    public bool IsDestination => false;

    public bool IsDurable => false;

    /// <summary>Stores a message. If the history is then too long, removes the oldest message from the store.</summary>
    public long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits)
    {
        StoredMessage kept = default;
        _store.Append([messages], head, body, traits.IsPersistent, new Span<StoredMessage>(ref kept));
        Add(kept);
        return 0;
    }

    /// <summary>Adds a message to the history, after it was appended to the store.</summary>
    private void Add(in StoredMessage message)
    {
        lock (_gate)
        {
            if (_replayed is not null)
            {
                // Because of a cycle of bindings, a replayed message has come back to this exchange. It is added after the replay.
                _replayed.Add(message);
                return;
            }
            if (_closed || _kept.Count >= _maxCount)
            {
                var gone = message;
                if (!_closed)
                {
                    gone = _kept.Dequeue();
                    _kept.Enqueue(message);
                }
                _store.Settle(messages, new ReadOnlySpan<StoredMessage>(in gone));
                return;
            }
            _kept.Enqueue(message);
        }
    }

    /// <summary>
    /// Publishes the messages of the history to a destination. The caller must hold the topology lock, so that newer messages wait.
    /// </summary>
    public void Replay(IBindingDestination destination, DispatchRound round)
    {
        var finder = new RouteFinder(routing);
        var intake = new MessageIntake(host.Services);
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

    /// <summary>Removes all messages and their queue from the store.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _store.Settle(messages, _kept.ToArray());
            _kept.Clear();
        }
        _store.DeleteQueue(messages);
    }

    private void Replay(
        in StoredMessage message, IBindingDestination destination, RouteFinder finder, MessageIntake intake, DispatchRound round)
    {
        try
        {
            using var payload = _store.Read(message);
            var encoded = EncodedMessage.Read(payload.Payload);
            var properties = EncodedProperties.Read(encoded.Properties);
            var route = destination is Queue queue ? new MessageRoute([queue]) : null;
            if (route is null)
            {
                finder.Follow((Exchange)destination, RoutedMessage.Of(encoded.Address, encoded.Properties, properties.Headers, []));
                route = finder.ToRoute();
            }
            intake.Store(route, encoded.Head, encoded.Body, MessageTraits.Of(properties), round);
        }
        catch (Exception unreadable) when (unreadable is StoreDamagedException or IOException or UnauthorizedAccessException)
        {
            host.Services.Logger.HistoryUnreadable(exchange, host.VirtualHost, unreadable);
        }
    }
}
