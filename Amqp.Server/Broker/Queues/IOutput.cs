namespace Amqp.Server.Broker.Queues;

/// <summary>The output of a connection. A round that has written to the output flushes it once, when the round ends.</summary>
internal interface IOutput
{
    /// <summary>The last round that noted this output. <see cref="DispatchRound"/> describes the purpose.</summary>
    DispatchRound? NotedBy { get; set; }

    /// <summary>
    /// Sends the bytes that were written so far. Called while the thread holds no lock. Never throws: if the bytes cannot be sent, the
    /// connection is closed.
    /// </summary>
    void Flush();
}
