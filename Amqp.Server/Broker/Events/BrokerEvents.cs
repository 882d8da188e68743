using Amqp.Protocol;
using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Broker.Events;

/// <summary>The one stream of what happens in the broker: declared, deleted, connected, refused.</summary>
/// <remarks>
/// Thread-safe. Whoever raises an event asks <see cref="IsWanted"/> first, so that one nobody wants costs a look. The kinds of events
/// are extension methods of this class, beside what they are about.
/// </remarks>
internal sealed class BrokerEvents(TimeProvider clock, ContainedFaults? faults = null)
{
    /// <summary>RabbitMQ's name for the broker where it does something of its own accord.</summary>
    public const string Nobody = "rmq-internal";

    [ThreadStatic]
    private static string? _actor;

    private volatile IBrokerEventListener[] _listeners = [];

    /// <summary>The user on whose behalf this thread now works, or <see cref="Nobody"/>.</summary>
    public static string Actor => _actor ?? Nobody;

    /// <summary>True while somebody listens.</summary>
    public bool IsWanted
    {
        get
        {
            foreach (var listener in _listeners)
                if (listener.IsListening)
                    return true;
            return false;
        }
    }

    /// <summary>A stream that nobody listens to.</summary>
    public static BrokerEvents Unheard() => new(TimeProvider.System);

    /// <summary>This thread works on a user's behalf until the result is disposed of, on the same thread.</summary>
    public static ActingUser ActAs(string? user)
    {
        var before = new ActingUser(_actor);
        _actor = user;
        return before;
    }

    /// <summary>Adds a listener. Before anyone connects.</summary>
    public void Add(IBrokerEventListener listener) => _listeners = [.. _listeners, listener];

    /// <summary>Tells everyone who listens. What it says of the actor is for the caller to add, as not every event has one. Throws nothing: it has happened, whoever hears of it.</summary>
    public void Raise(string name, IEnumerable<KeyValuePair<string, FieldValue>> facts)
    {
        try
        {
            var happened = new BrokerEvent(name, clock.GetUtcNow(), new FieldTable(facts));
            foreach (var listener in _listeners)
                if (listener.IsListening)
                    Tell(listener, happened);
        }
        catch (Exception error)
        {
            faults?.Note(Compartment.Events, $"the event {name}", error);
        }
    }

    private void Tell(IBrokerEventListener listener, BrokerEvent happened)
    {
        try
        {
            listener.Hear(happened);
        }
        catch (Exception error)
        {
            faults?.Note(Compartment.Events, $"the event {happened.Name} at {listener.GetType().Name}", error);
        }
    }

    /// <summary>For as long as a thread works on a user's behalf.</summary>
    /// <param name="before">On whose behalf it worked before.</param>
    internal readonly struct ActingUser(string? before) : IDisposable
    {
        public void Dispose() => _actor = before;
    }
}
