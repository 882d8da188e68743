namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>tcp_listen_options</c>: set on a listening socket, inherited by every connection it accepts.</summary>
public sealed class SocketOptions
{
    /// <summary>Connections that may wait to be accepted.</summary>
    /// <remarks>RabbitMQ's 128 drops the SYNs of a fleet that reconnects all at once.</remarks>
    public int Backlog { get; set; } = 1_024;

    /// <summary>Whether small writes go out at once (TCP_NODELAY).</summary>
    public bool NoDelay { get; set; } = true;

    /// <summary>Whether TCP probes idle peers (SO_KEEPALIVE); heartbeats usually make it needless.</summary>
    public bool KeepAlive { get; set; }

    /// <summary>The kernel's send buffer, in bytes; 0 leaves its size to the kernel.</summary>
    public int SendBuffer { get; set; }

    /// <summary>The kernel's receive buffer, in bytes; 0 leaves its size to the kernel.</summary>
    public int ReceiveBuffer { get; set; }
}
