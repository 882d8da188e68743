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

/// <summary>The last messages of an exchange, oldest first. They do not outlive a restart, as in RabbitMQ.</summary>
/// <remarks>Its lock owns them. It is taken behind the topology lock and before the store's; no queue's lock is taken under it.</remarks>
/// <param name="length">How many are kept, as far as <see cref="QueueServices.RecentHistoryLimit"/> lets it.</param>
/// <param name="exchange">For the log.</param>
/// <param name="routing">The exchanges of the virtual host, for what is bound to it.</param>
/// <param name="host">What the virtual host works with.</param>
/// <param name="messages">Their place in the store.</param>
internal sealed class RecentHistory(long length, string exchange, RoutingTable routing, QueueHost host, StoredQueue messages) : IRouteTarget
{
    private readonly long _most = Math.Min(length, host.Services.RecentHistoryLimit);
    private readonly IMessageStore _store = host.Services.Store;
    private readonly Lock _gate = new();
    private readonly Queue<StoredMessage> _kept = new();
    private bool _closed;
    private List<StoredMessage>? _replayed; // those that came back here while they are replayed

    /// <summary>False: whoever is bound later counts, not the history.</summary>
    public bool IsDestination => false;

    public bool IsDurable => false;

    /// <summary>Keeps a message; the oldest goes when there are too many.</summary>
    public long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits)
    {
        StoredMessage kept = default;
        _store.Append([messages], head, body, traits.IsPersistent, new Span<StoredMessage>(ref kept));
        Add(kept);
        return 0;
    }

    /// <summary>Keeps a message that has been appended.</summary>
    private void Add(in StoredMessage message)
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
                _store.Settle(messages, new ReadOnlySpan<StoredMessage>(in gone));
                return;
            }
            _kept.Enqueue(message);
        }
    }

    /// <summary>Publishes what is kept to a destination. The topology lock is held, so that nothing newer comes before it.</summary>
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

    /// <summary>Lets go of everything, for good.</summary>
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

    private void Replay(in StoredMessage message, IBindingDestination destination, RouteFinder finder, MessageIntake intake, DispatchRound round)
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
