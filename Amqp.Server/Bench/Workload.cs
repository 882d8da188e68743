using System.Text.Json.Serialization;

namespace Amqp.Server.Bench;

/// <summary>What the producers publish to.</summary>
internal enum ExchangeKind
{
    /// <summary>The exchange without a name, which knows every queue by its own.</summary>
    Default,
    Direct,
    Fanout,
    Topic,
    Headers,
}

/// <summary>A load: who publishes and consumes how much of what.</summary>
internal sealed record Workload
{
    [JsonIgnore] // its password is nobody's business
    public BrokerAddress Broker { get; init; } = BrokerAddress.Local;

    /// <summary>Connections that publish, each to its share of the queues in turn. 0: the messages are in the queues already.</summary>
    public int Producers { get; init; } = 1;

    /// <summary>Connections that consume; the queues are shared out among them. 0: messages stay in the queues.</summary>
    public int Consumers { get; init; } = 1;

    public int Queues { get; init; } = 1;

    /// <summary>Bytes of a message's body.</summary>
    public int Size { get; init; } = 16;

    /// <summary>Messages per second of all producers together; 0: as fast as they can.</summary>
    public int Rate { get; init; }

    /// <summary>Whether messages are persistent.</summary>
    public bool IsPersistent { get; init; }

    /// <summary>Whether queues and exchange are durable.</summary>
    public bool IsDurable { get; init; }

    /// <summary>How many messages of a producer may wait for their confirm; 0: no confirms.</summary>
    public int ConfirmWindow { get; init; }

    /// <summary>Messages that a consumer acknowledges at a time; 0: the broker takes them for acknowledged.</summary>
    public int AcknowledgeEvery { get; init; }

    /// <summary>How acknowledgements go to the socket.</summary>
    public AckWrite AckWrite { get; init; }

    /// <summary>Messages that a consumer may hold unacknowledged; 0: any number.</summary>
    public ushort Prefetch { get; init; }

    public ExchangeKind Exchange { get; init; }

    /// <summary>Seconds of publishing, after the warm-up.</summary>
    public int Duration { get; init; } = 10;

    /// <summary>Messages to publish, after which it ends; 0: <see cref="Duration"/> decides.</summary>
    public long Count { get; init; }

    /// <summary>Seconds of load before measuring begins.</summary>
    public int Warmup { get; init; }

    /// <summary>What the names of queues and exchange begin with.</summary>
    public string Prefix { get; init; } = "bench";

    /// <summary>The broker's process, to measure; null for none.</summary>
    [JsonIgnore]
    public int? BrokerPid { get; init; }

    /// <summary>How often each message is delivered.</summary>
    [JsonIgnore]
    public int Copies => Exchange == ExchangeKind.Fanout ? Queues : 1;
}
