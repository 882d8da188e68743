namespace Amqp.Server.Broker.Events;

/// <summary>A listener for events of the broker.</summary>
internal interface IBrokerEventListener
{
    /// <summary>False while the listener ignores events. While all listeners return false, no events are created.</summary>
    bool IsListening { get; }

    /// <summary>Handles an event without waiting. The caller may hold any lock.</summary>
    void Hear(BrokerEvent happened);
}
