namespace Amqp.Server.Bench;

/// <summary>Type of the exchange that producers publish to.</summary>
internal enum ExchangeKind
{
    /// <summary>The default exchange, which routes a message to the queue named by the routing key.</summary>
    Default,
    Direct,
    Fanout,
    Topic,
    Headers,
}

/// <summary>Settings of a load test, such as the number of producers, the size of messages and the rate.</summary>
internal sealed record Workload
{
    public BrokerAddress Broker { get; init; } = BrokerAddress.Local;

    /// <summary>
    /// Number of publishing connections. Each connection publishes to its queues in turn. 0 to consume only messages already in the queues.
    /// </summary>
    public int Producers { get; init; } = 1;

    /// <summary>
    /// Number of consuming connections. Each connection consumes from its share of the queues. 0 to leave the messages in the queues.
    /// </summary>
    public int Consumers { get; init; } = 1;

    public int Queues { get; init; } = 1;

    /// <summary>Size of a message's body, in bytes.</summary>
    public int Size { get; init; } = 16;

    /// <summary>Messages per second of all producers together; 0 for no limit.</summary>
    public int Rate { get; init; }

    public bool IsPersistent { get; init; }

    /// <summary>True if the exchange and the queues are durable.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Maximum number of unconfirmed messages of a producer; 0 to publish without confirms.</summary>
    public int ConfirmWindow { get; init; }

    /// <summary>Number of messages per acknowledgement; 0 for automatic acknowledgement (no-ack).</summary>
    public int AcknowledgeEvery { get; init; }

    /// <summary>Frequency with which consumers write acknowledgements to the socket.</summary>
    public AckWrite AckWrite { get; init; }

    /// <summary>Maximum number of unacknowledged messages of a consumer; 0 for no limit.</summary>
    public ushort Prefetch { get; init; }

    public ExchangeKind Exchange { get; init; }

    /// <summary>Seconds of publishing after the warm-up.</summary>
    public int Duration { get; init; } = 10;

    /// <summary>Number of messages that all producers publish together; 0 to publish for <see cref="Duration"/>.</summary>
    public long Count { get; init; }

    /// <summary>Seconds of load before the measurement starts.</summary>
    public int Warmup { get; init; }

    /// <summary>Prefix of the names of the queues and of the exchange.</summary>
    public string Prefix { get; init; } = "bench";

    /// <summary>Process id of the broker, to measure its processor time and memory; null if unknown.</summary>
    public int? BrokerPid { get; init; }

    /// <summary>Number of queues that receive each message.</summary>
    public int Copies => Exchange == ExchangeKind.Fanout ? Queues : 1;
}
