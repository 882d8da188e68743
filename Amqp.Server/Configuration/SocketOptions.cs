namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>tcp_listen_options</c>. They are set on listening sockets, and accepted sockets inherit them.</summary>
public sealed class SocketOptions
{
    /// <summary>Largest number of TCP connections that wait to be accepted.</summary>
    /// <remarks>RabbitMQ's default of 128 is too small if many clients reconnect at once.</remarks>
    public int Backlog { get; set; } = 1_024;

    /// <summary>True to send small writes without delay (TCP_NODELAY).</summary>
    public bool NoDelay { get; set; } = true;

    /// <summary>
    /// True to let TCP probe idle peers (SO_KEEPALIVE). Usually unnecessary, because AMQP's heartbeats detect dead peers.
    /// </summary>
    public bool KeepAlive { get; set; }

    /// <summary>Size of the kernel's send buffer, in bytes; 0 for the kernel's default.</summary>
    public int SendBuffer { get; set; }

    /// <summary>Size of the kernel's receive buffer, in bytes; 0 for the kernel's default.</summary>
    public int ReceiveBuffer { get; set; }
}
