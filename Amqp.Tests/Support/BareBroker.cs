using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Tests.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Support;

/// <summary>A broker without sockets, over a store that can be made to fail, and with a clock that stands where the test sets it. Its folder goes with it.</summary>
/// <remarks>For tests of queues and what is below them: one thread, and nothing happens that it does not do.</remarks>
internal sealed class BareBroker : IAsyncDisposable
{
    private static readonly byte[] _noProperties = [0, 0];

    private readonly string _directory;
    private readonly MessageIntake _intake;

    public BareBroker()
        : this(Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName)
    {
    }

    private BareBroker(string directory)
    {
        _directory = directory;
        var options = new BrokerOptions { DataDirectory = DataFolder };
        Broker = MessageBroker.Open(
            options, Clock, new ContainedFaults(NullLogger.Instance, Clock), Log, QueueLog, seam: store => Store = new FaultyStore(store));
        _intake = new MessageIntake(Host.Services);
    }

    public ManualClock Clock { get; } = new();

    /// <summary>What the broker says of itself, of its start for one.</summary>
    public ListLogger<MessageBroker> Log { get; } = new();

    /// <summary>What its virtual hosts, exchanges and queues say.</summary>
    public ListLogger<Queue> QueueLog { get; } = new();

    public MessageBroker Broker { get; }

    public FaultyStore Store { get; private set; } = null!;

    public string DataFolder => Path.Combine(_directory, "data");

    public VirtualHost Host => Broker.VirtualHosts.Find("/")!;

    /// <summary>What the test does is of this round: <see cref="DispatchRound.Complete"/> ends it.</summary>
    public DispatchRound Round { get; } = new();

    /// <summary>Declares a queue with arguments, numbers and texts.</summary>
    public Queue Declare(string name, QueueFlags flags, params (string Name, object Value)[] arguments)
    {
        var table = FieldTable.Empty;
        foreach (var (argument, value) in arguments)
            table = table.With(argument, value is string text ? FieldValue.FromString(text) : value is bool yes ? FieldValue.FromBoolean(yes) : FieldValue.FromInt64(Convert.ToInt64(value, null)));
        return Host.Topology.DeclareQueue(name, isServerNamed: false, flags, table, this);
    }

    /// <inheritdoc cref="Declare(string, QueueFlags, ValueTuple{string, object}[])"/>
    public Queue Declare(string name, params (string Name, object Value)[] arguments) => Declare(name, QueueFlags.None, arguments);

    /// <summary>Publishes a message to a queue by the default exchange; the queue has it when the round ends.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="body">Bytes of the body.</param>
    /// <param name="isPersistent">Whether it is to outlive a restart.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="expiration">Milliseconds that it may wait.</param>
    /// <param name="properties">Its property flags and list.</param>
    /// <param name="round">Whose it is; <see cref="Round"/> unless given.</param>
    /// <returns>As <see cref="MessageIntake.Store"/>.</returns>
    public long Post(Queue queue, int body = 0, bool isPersistent = false, byte priority = 0, long expiration = Expiry.None, byte[]? properties = null, DispatchRound? round = null)
    {
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString("");
        writer.WriteShortString(queue.Name);
        byte[] head = EncodedMessage.NewHead(address.WrittenSpan, properties ?? _noProperties, default);
        return _intake.Store(new MessageRoute([queue]), head, new byte[body], new MessageTraits(isPersistent, priority, expiration), round ?? Round);
    }

    /// <summary>Publishes a message in a round of its own.</summary>
    /// <inheritdoc cref="Post"/>
    public long Publish(Queue queue, int body = 0, bool isPersistent = false, byte priority = 0, long expiration = Expiry.None, byte[]? properties = null)
    {
        long position = Post(queue, body, isPersistent, priority, expiration, properties);
        Round.Complete();
        return position;
    }

    /// <summary>Adds a consumer and has it served.</summary>
    public TestConsumer Consume(Queue queue, int room = int.MaxValue, int priority = 0, bool noAck = false)
    {
        var consumer = new TestConsumer(priority, noAck) { Room = room };
        queue.Use.Subscribe(consumer, exclusive: false, subscription => consumer.Subscription = subscription);
        Serve(queue);
        return consumer;
    }

    /// <summary>Drains the queue.</summary>
    public void Serve(Queue queue)
    {
        Round.Touch(queue);
        Round.Complete();
    }

    /// <summary>The consumer acknowledges the first of the messages that it has.</summary>
    public void Acknowledge(Queue queue, TestConsumer consumer)
    {
        Round.Acknowledge(queue, consumer.Subscription, consumer.TakeFirst());
        Round.Complete();
    }

    /// <summary>Gets a message without acknowledgement; false when there is none.</summary>
    public static bool Get(Queue queue) => queue.Deliveries.TryGet(0, noAck: true, static (int _, in Amqp.Storage.Messages.StoredMessage _, ReadOnlySpan<byte> _, long _) => { });

    /// <summary>Stops the broker, and begins another one on its folder.</summary>
    public async Task<BareBroker> RestartAsync()
    {
        await Broker.DisposeAsync();
        return new BareBroker(_directory);
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
