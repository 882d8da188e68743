namespace Amqp.Server.Broker.Queues;

/// <summary>Where a round of work has written to: a connection's output, which is flushed once when the round ends.</summary>
internal interface IOutput
{
    /// <summary>The round that last noted this output; see <see cref="DispatchRound"/>.</summary>
    DispatchRound? NotedBy { get; set; }

    /// <summary>Sends what was written. No lock is held. Throws nothing: an output that cannot send ends with its connection.</summary>
    void Flush();
}
