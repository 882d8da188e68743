using Amqp.Server.Broker;
using Amqp.Server.Connections;

namespace Amqp.Server.Snapshots;

/// <summary>The latest snapshots of queues, exchanges, connections, channels and consumers.</summary>
internal sealed class BrokerSnapshots(MessageBroker broker, ConnectionRegistry connections, TimeProvider clock)
{
    public SharedSnapshot Queues { get; } = new(new QueueMaker(broker.VirtualHosts, broker.Sampler), clock);

    public SharedSnapshot Exchanges { get; } = new(new ExchangeMaker(broker.VirtualHosts, broker.Sampler), clock);

    public SharedSnapshot Connections { get; } = new(new ConnectionMaker(connections, broker.Sampler), clock);

    public SharedSnapshot Channels { get; } = new(new ChannelMaker(connections, broker.Sampler), clock);

    public SharedSnapshot Consumers { get; } = new(new ConsumerMaker(connections), clock);

    /// <summary>Time until the next full second, from which on readers get new snapshots.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            long frequency = clock.TimestampFrequency, rest = frequency - clock.GetTimestamp() % frequency;
            return TimeSpan.FromSeconds((double)rest / frequency);
        }
    }

    /// <summary>Number of snapshots that were taken since the start.</summary>
    public long Taken => Queues.Taken + Exchanges.Taken + Connections.Taken + Channels.Taken + Consumers.Taken;
}
