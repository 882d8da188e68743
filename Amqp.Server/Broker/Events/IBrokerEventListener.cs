namespace Amqp.Server.Broker.Events;

/// <summary>Who wants to know what happens in the broker.</summary>
internal interface IBrokerEventListener
{
    /// <summary>False while it would do nothing with an event; nobody then goes to the trouble of describing one.</summary>
    bool IsListening { get; }

    /// <summary>Takes an event and returns at once. Any lock may be held.</summary>
    void Hear(BrokerEvent happened);
}
