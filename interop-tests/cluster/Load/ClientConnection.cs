using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Cluster.Load;

/// <summary>A connection to the cluster.</summary>
/// <param name="connection">The connection.</param>
/// <param name="address">The node to which it goes.</param>
/// <param name="leader">Name of the node that serves it.</param>
/// <param name="number">Number of the connection in this process.</param>
internal sealed class ClientConnection(IConnection connection, string address, string leader, int number) : IAsyncDisposable
{
    private static readonly TimeSpan _closeLimit = TimeSpan.FromMilliseconds(200);

    public IConnection Connection => connection;

    public string Address => address;

    public string Leader => leader;

    public int Number => number;

    /// <summary>When it was opened, as a timestamp.</summary>
    public long Opened { get; } = Stopwatch.GetTimestamp();

    /// <summary>True if an exception means that the connection is lost, or of no use any more.</summary>
    public static bool IsLoss(Exception error) =>
        error is OperationInterruptedException or BrokerUnreachableException or AlreadyClosedException or RabbitMQClientException
            or IOException or TimeoutException or ObjectDisposedException or System.Net.Sockets.SocketException
            or OperationCanceledException or InvalidOperationException or System.Threading.Channels.ChannelClosedException;

    /// <summary>Opens a channel. It is closed with the connection.</summary>
    public Task<IChannel> OpenChannelAsync(bool hasConfirms = false) =>
        connection.CreateChannelAsync(new CreateChannelOptions(hasConfirms, false)).WaitAsync(ClusterClient.Patience);

    /// <summary>Closes the connection. Does not wait for an answer of a node that may not answer.</summary>
    public ValueTask DisposeAsync()
    {
        _ = AbortAsync();
        return ValueTask.CompletedTask;
    }

    private async Task AbortAsync()
    {
        try
        {
            await connection.AbortAsync(200, "the test has ended it", _closeLimit);
            await connection.DisposeAsync();
        }
        catch (Exception error) when (IsLoss(error))
        {
            // It is closed.
        }
    }
}
