using Amqp.Protocol;
using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Broker.Events;

/// <summary>The stream of all events of the broker: objects declared and deleted, clients connected, logins refused.</summary>
/// <remarks>
/// Thread-safe. Callers check <see cref="IsWanted"/> before they describe an event, so that an unwanted event costs one check. Each kind of
/// event is an extension method of this class, in the folder of the object that the event is about.
/// </remarks>
internal sealed class BrokerEvents(TimeProvider clock, ContainedFaults? faults = null)
{
    /// <summary>RabbitMQ's name for the actor of the broker's own actions.</summary>
    public const string Nobody = "rmq-internal";

    [ThreadStatic]
    private static string? _actor;

    private volatile IBrokerEventListener[] _listeners = [];

    /// <summary>User on whose behalf this thread works now, or <see cref="Nobody"/>.</summary>
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

    /// <summary>Returns a stream without listeners.</summary>
    public static BrokerEvents Unheard() => new(TimeProvider.System);

    /// <summary>Makes this thread work on a user's behalf until the result is disposed of on the same thread.</summary>
    public static ActingUser ActAs(string? user)
    {
        var before = new ActingUser(_actor);
        _actor = user;
        return before;
    }

    /// <summary>Adds a listener. Called before the first client connects.</summary>
    public void Add(IBrokerEventListener listener) => _listeners = [.. _listeners, listener];

    /// <summary>
    /// Passes an event to all active listeners. The caller adds the actor to the facts, because not every event has an actor. Throws
    /// nothing, because a listener's failure must not undo the action that the event reports.
    /// </summary>
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

    /// <summary>Restores the previous actor when it is disposed of.</summary>
    /// <param name="before">Previous actor of the thread; null: none.</param>
    internal readonly struct ActingUser(string? before) : IDisposable
    {
        public void Dispose() => _actor = before;
    }
}
