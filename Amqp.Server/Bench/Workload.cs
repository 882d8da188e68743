using System.Text.Json.Serialization;

namespace Amqp.Server.Bench;

/// <summary>Type of the exchange that producers publish to.</summary>
internal enum ExchangeKind
{
    /// <summary>The default exchange, which routes by the name of the queue.</summary>
    Default,
    Direct,
    Fanout,
    Topic,
    Headers,
}

/// <summary>Settings of a load: the numbers of producers, consumers and queues, and the kind and rate of messages.</summary>
internal sealed record Workload
{
    [JsonIgnore] // holds a password
    public BrokerAddress Broker { get; init; } = BrokerAddress.Local;

    /// <summary>
    /// Number of publishing connections; each publishes to its share of the queues in turn. 0 if the queues are already full.
    /// </summary>
    public int Producers { get; init; } = 1;

    /// <summary>Number of consuming connections, which share the queues. 0 to leave the messages in the queues.</summary>
    public int Consumers { get; init; } = 1;

    public int Queues { get; init; } = 1;

    /// <summary>Size of a message's body, in bytes.</summary>
    public int Size { get; init; } = 16;

    /// <summary>Messages per second of all producers together; 0 for no limit.</summary>
    public int Rate { get; init; }

    /// <summary>True for persistent messages.</summary>
    public bool IsPersistent { get; init; }

    /// <summary>True for a durable exchange and durable queues.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Largest number of unconfirmed messages of a producer; 0 for no confirms.</summary>
    public int ConfirmWindow { get; init; }

    /// <summary>Number of messages that a consumer acknowledges at a time; 0 for automatic acknowledgement (no-ack).</summary>
    public int AcknowledgeEvery { get; init; }

    /// <summary>Way of writing acknowledgements to the socket.</summary>
    public AckWrite AckWrite { get; init; }

    /// <summary>Largest number of unacknowledged messages of a consumer; 0 for no limit.</summary>
    public ushort Prefetch { get; init; }

    public ExchangeKind Exchange { get; init; }

    /// <summary>Length of publishing after the warm-up, in seconds.</summary>
    public int Duration { get; init; } = 10;

    /// <summary>Number of messages after which publishing ends; 0 to end it after <see cref="Duration"/>.</summary>
    public long Count { get; init; }

    /// <summary>Seconds of load before the measurement.</summary>
    public int Warmup { get; init; }

    /// <summary>Prefix of the names of queues and exchange.</summary>
    public string Prefix { get; init; } = "bench";

    /// <summary>Process id of the broker, whose cost is then measured; null if unknown.</summary>
    [JsonIgnore]
    public int? BrokerPid { get; init; }

    /// <summary>Number of deliveries of each message.</summary>
    [JsonIgnore]
    public int Copies => Exchange == ExchangeKind.Fanout ? Queues : 1;
}
