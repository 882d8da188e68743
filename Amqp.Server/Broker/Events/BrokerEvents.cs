using Amqp.Protocol;
using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Broker.Events;

/// <summary>
/// The stream of all events in the broker, such as the declaration of a queue, a new connection or a refused login. Thread-safe.
/// </summary>
/// <remarks>Callers must check <see cref="IsWanted"/> before they collect the details of an event.</remarks>
internal sealed class BrokerEvents(TimeProvider clock, ContainedFaults? faults = null)
{
    /// <summary>RabbitMQ's name for the actor in events that no user has caused.</summary>
    public const string Nobody = "rmq-internal";

    [ThreadStatic]
    private static string? _actor;

    private volatile IBrokerEventListener[] _listeners = [];

    /// <summary>The user whose request this thread handles now; <see cref="Nobody"/> if there is none.</summary>
    public static string Actor => _actor ?? Nobody;

    /// <summary>True while at least one listener is active.</summary>
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

    /// <summary>Creates a stream without listeners.</summary>
    public static BrokerEvents Unheard() => new(TimeProvider.System);

    /// <summary>Sets the actor of this thread. The thread must dispose of the result to restore the previous actor.</summary>
    public static ActingUser ActAs(string? user)
    {
        var before = new ActingUser(_actor);
        _actor = user;
        return before;
    }

    /// <summary>Adds a listener. Called before the first client connects.</summary>
    public void Add(IBrokerEventListener listener) => _listeners = [.. _listeners, listener];

    /// <summary>Passes an event to all active listeners. Never throws. The facts must include the acting user.</summary>
    public void Raise(string name, IEnumerable<KeyValuePair<string, FieldValue>> facts)
    {
        try
        {
            Pass(new BrokerEvent(name, clock.GetUtcNow(), new FieldTable(facts)));
        }
        catch (Exception error)
        {
            faults?.Note(Compartment.Events, $"the event {name}", error);
        }
    }

    /// <summary>
    /// Passes an event to all active listeners. Never throws. Used for events of clients, of which there can be thousands a second: if
    /// nobody reads the facts of an event, they are not collected.
    /// </summary>
    /// <param name="name">RabbitMQ's name of the event.</param>
    /// <param name="size">Number of bytes that the facts refer to.</param>
    /// <param name="facts">
    /// Returns the facts, at any time and on any thread. May use only values that do not change, and may keep no other object alive.
    /// </param>
    public void Raise(string name, int size, Func<IEnumerable<KeyValuePair<string, FieldValue>>> facts)
    {
        try
        {
            Pass(new BrokerEvent(name, clock.GetUtcNow(), size, facts));
        }
        catch (Exception error)
        {
            faults?.Note(Compartment.Events, $"the event {name}", error);
        }
    }

    private void Pass(BrokerEvent happened)
    {
        foreach (var listener in _listeners)
            if (listener.IsListening)
                Tell(listener, happened);
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

    /// <summary>Restores the previous actor of the thread when disposed.</summary>
    /// <param name="before">The previous actor of the thread; null if none.</param>
    internal readonly struct ActingUser(string? before) : IDisposable
    {
        public void Dispose() => _actor = before;
    }
}
