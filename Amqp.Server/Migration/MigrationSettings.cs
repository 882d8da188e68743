using Amqp.Server.Cli.Api;
using Amqp.Server.Client;

namespace Amqp.Server.Migration;

/// <summary>The brokers of a migration, and the kind and pace of the move.</summary>
/// <param name="From">AMQP address of the source.</param>
/// <param name="To">AMQP address of the target.</param>
/// <param name="SourceApi">HTTP API of the source.</param>
/// <param name="TargetApi">HTTP API of the target.</param>
/// <param name="Filter">Selects the queues.</param>
/// <param name="Copies">True to read messages and return them to the source, instead of moving them.</param>
/// <param name="Prefetch">Largest number of messages of a queue that are in flight.</param>
/// <param name="Parallel">Number of queues that are moved at the same time.</param>
/// <param name="Patience">Longest time for which a broker may be unreachable.</param>
internal sealed record MigrationSettings(
    AmqpUri From, AmqpUri To, ApiClient SourceApi, ApiClient TargetApi, QueueFilter Filter, bool Copies, int Prefetch, int Parallel,
    TimeSpan Patience)
{
    /// <summary>Octets of messages in flight for each queue. Queues of large messages get a smaller prefetch.</summary>
    private const long MostBytesInFlight = 32 << 20;

    /// <summary>Time without a delivery after which the source is asked if the queue is empty.</summary>
    public static TimeSpan Moment { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time for which a queue is moved on after its messages of the start are moved, while producers fill it.</summary>
    public static TimeSpan Following { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Time after which a queue that has messages but delivers none is given up.</summary>
    public static TimeSpan Stall { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Name of the connections in lists.</summary>
    public static string ConnectionName => "amqpbroker migrate";

    /// <summary>Name of the user who publishes at the target.</summary>
    public string TargetUser => To.User ?? "guest";

    /// <summary>Returns the prefetch for a queue, at least 1.</summary>
    public ushort PrefetchOf(QueueFacts queue) =>
        (ushort)Math.Clamp(MostBytesInFlight / Math.Max(1, queue.AverageBytes), 1, Prefetch);
}
