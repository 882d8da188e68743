namespace Amqp.Server.Broker.Queues;

/// <summary>The output of a connection. A round that has written to the output flushes the output once, when the round ends.</summary>
internal interface IOutput
{
    /// <summary>
    /// The last round that put this output on its list of outputs to flush. Null once that round has flushed the output.
    /// <see cref="DispatchRound"/> uses this property to find duplicates.
    /// </summary>
    DispatchRound? NotedBy { get; set; }

    /// <summary>
    /// Sends the bytes that were written so far. Called while the thread holds no lock. Never throws: if the bytes cannot be sent, the
    /// connection is closed.
    /// </summary>
    void Flush();
}
