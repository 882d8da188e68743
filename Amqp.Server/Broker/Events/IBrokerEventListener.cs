namespace Amqp.Server.Broker.Events;

/// <summary>Receives the events of the broker.</summary>
internal interface IBrokerEventListener
{
    /// <summary>False while this listener ignores events. While all listeners ignore events, no events are created.</summary>
    bool IsListening { get; }

    /// <summary>Handles an event. Must not block, because the caller may hold any lock.</summary>
    void Hear(BrokerEvent happened);
}
