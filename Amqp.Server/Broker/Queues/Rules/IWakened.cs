namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Who is woken when something is due: a queue.</summary>
internal interface IWakened
{
    /// <summary>Does what is due. No lock is held, on a thread of the pool's. Throws nothing.</summary>
    void Wake();
}
