namespace Amqp.Server.Broker.Queues;

/// <summary>The output of a connection. A round that has written to it flushes it once when the round ends.</summary>
internal interface IOutput
{
    /// <summary>The round that last noted this output; see <see cref="DispatchRound"/>.</summary>
    DispatchRound? NotedBy { get; set; }

    /// <summary>Sends the bytes written so far. Called without a lock. Throws nothing: a failure to send closes the connection.</summary>
    void Flush();
}
