namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>tcp_listen_options</c>: options of a listening socket, which accepted sockets inherit.</summary>
public sealed class SocketOptions
{
    /// <summary>Limit for TCP connections that wait to be accepted.</summary>
    /// <remarks>RabbitMQ's default of 128 is too small if many clients reconnect at once.</remarks>
    public int Backlog { get; set; } = 1_024;

    /// <summary>True to send small writes at once (TCP_NODELAY).</summary>
    public bool NoDelay { get; set; } = true;

    /// <summary>True if TCP probes idle peers (SO_KEEPALIVE). Usually not needed, because heartbeats detect dead peers.</summary>
    public bool KeepAlive { get; set; }

    /// <summary>Size of the kernel's send buffer, in bytes; 0 for the kernel's default.</summary>
    public int SendBuffer { get; set; }

    /// <summary>Size of the kernel's receive buffer, in bytes; 0 for the kernel's default.</summary>
    public int ReceiveBuffer { get; set; }
}
