using System.Text;
using RabbitMQ.Client;

namespace Cluster.Load;

/// <summary>Connects to any node that answers. Not thread-safe: each client has its own.</summary>
/// <param name="name">Name of the connections.</param>
/// <param name="addresses">Addresses of the nodes.</param>
/// <param name="random">Chooses the first node.</param>
internal sealed class ClusterClient(string name, IReadOnlyList<string> addresses, Random random)
{
    /// <summary>Time after which a client gives up a connection on which nothing comes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _connectLimit = TimeSpan.FromSeconds(2), _pause = TimeSpan.FromMilliseconds(50);
    private static int _lastNumber;

    private int _next = random.Next(addresses.Count);

    /// <summary>Connects, and tries until a node answers.</summary>
    public async Task<ClientConnection> ConnectAsync(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            string address = addresses[_next++ % addresses.Count];
            var factory = new ConnectionFactory
            {
                HostName = address,
                AutomaticRecoveryEnabled = false,
                TopologyRecoveryEnabled = false,
                RequestedHeartbeat = TimeSpan.FromSeconds(2),
                RequestedConnectionTimeout = _connectLimit,
                HandshakeContinuationTimeout = _connectLimit,
                ContinuationTimeout = TimeSpan.FromSeconds(5),
                ClientProvidedName = name,
            };
            try
            {
                IConnection connection = await factory.CreateConnectionAsync(stop).WaitAsync(Patience, stop);
                string leader = connection.ServerProperties?["product"] is byte[] product ? Encoding.UTF8.GetString(product) : "?";
                return new ClientConnection(connection, address, leader, Interlocked.Increment(ref _lastNumber));
            }
            catch (Exception error) when (ClientConnection.IsLoss(error))
            {
                await Task.Delay(_pause, stop);
            }
        }
    }
}
