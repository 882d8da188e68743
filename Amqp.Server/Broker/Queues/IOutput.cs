namespace Amqp.Server.Broker.Queues;

/// <summary>The output of a connection. A round that has written to the output flushes the output once, when the round ends.</summary>
internal interface IOutput
{
    /// <summary>The last round that noted this output for a flush; null after the flush. A round notes an output only once.</summary>
    DispatchRound? NotedBy { get; set; }

    /// <summary>Sends the written bytes, or closes the connection if that fails. The thread must hold no lock. Never throws.</summary>
    void Flush();
}
