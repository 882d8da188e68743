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

/// <summary>A broker without sockets, with a store that can be made to fail and a clock that the test sets.</summary>
/// <remarks>All work runs on the thread of the test. Disposing the broker deletes its data directory.</remarks>
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

    /// <summary>The log lines of the category <see cref="MessageBroker"/>, such as those written at the broker's start.</summary>
    public ListLogger<MessageBroker> Log { get; } = new();

    /// <summary>The log lines with the category of queues. Virtual hosts and exchanges use this category, too.</summary>
    public ListLogger<Queue> QueueLog { get; } = new();

    public MessageBroker Broker { get; }

    public FaultyStore Store { get; private set; } = null!;

    public string DataFolder => Path.Combine(_directory, "data");

    public VirtualHost Host => Broker.VirtualHosts.Find("/")!;

    /// <summary>
    /// The dispatch round that the test uses. <see cref="DispatchRound.Complete"/> does the work that the test has queued in the round.
    /// </summary>
    public DispatchRound Round { get; } = new();

    /// <summary>Declares a queue. The values of the arguments are numbers or strings.</summary>
    public Queue Declare(string name, QueueFlags flags, params (string Name, object Value)[] arguments)
    {
        var table = FieldTable.Empty;
        foreach (var (argument, value) in arguments)
            table = table.With(
                argument,
                value is string text
                    ? FieldValue.FromString(text)
                    : value is bool yes ? FieldValue.FromBoolean(yes) : FieldValue.FromInt64(Convert.ToInt64(value, null)));
        return Host.Topology.DeclareQueue(name, isServerNamed: false, flags, table, this);
    }

    /// <inheritdoc cref="Declare(string, QueueFlags, ValueTuple{string, object}[])"/>
    public Queue Declare(string name, params (string Name, object Value)[] arguments) => Declare(name, QueueFlags.None, arguments);

    /// <summary>
    /// Publishes a message to a queue through the default exchange. The queue gets the message when the dispatch round ends.
    /// </summary>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="body">Size of the body, in bytes.</param>
    /// <param name="isPersistent">True if the message must survive a restart.</param>
    /// <param name="priority">Priority property of the message.</param>
    /// <param name="expiration">Time to live of the message in milliseconds.</param>
    /// <param name="properties">Encoded property flags and property list; none by default.</param>
    /// <param name="round">Dispatch round to use; <see cref="Round"/> by default.</param>
    /// <returns>The result of <see cref="MessageIntake.Store"/>.</returns>
    public long Post(
        Queue queue,
        int body = 0,
        bool isPersistent = false,
        byte priority = 0,
        long expiration = Expiry.None,
        byte[]? properties = null,
        DispatchRound? round = null)
    {
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString("");
        writer.WriteShortString(queue.Name);
        byte[] head = EncodedMessage.NewHead(address.WrittenSpan, properties ?? _noProperties, default);
        return _intake.Store(
            new MessageRoute([queue]), head, new byte[body], new MessageTraits(isPersistent, priority, expiration), round ?? Round);
    }

    /// <summary>Publishes a message to a queue and ends the dispatch round, so that the queue gets the message.</summary>
    /// <inheritdoc cref="Post"/>
    public long Publish(
        Queue queue, int body = 0, bool isPersistent = false, byte priority = 0, long expiration = Expiry.None, byte[]? properties = null)
    {
        long position = Post(queue, body, isPersistent, priority, expiration, properties);
        Round.Complete();
        return position;
    }

    /// <summary>Adds a consumer to the queue. The queue delivers as many ready messages as the consumer accepts.</summary>
    public TestConsumer Consume(Queue queue, int room = int.MaxValue, int priority = 0, bool noAck = false)
    {
        var consumer = new TestConsumer(priority, noAck) { Room = room };
        queue.Use.Subscribe(consumer, exclusive: false, subscription => consumer.Subscription = subscription);
        Serve(queue);
        return consumer;
    }

    /// <summary>Delivers as many ready messages as the consumers of the queue accept.</summary>
    public void Serve(Queue queue)
    {
        Round.Touch(queue);
        Round.Complete();
    }

    /// <summary>Acknowledges the consumer's first unsettled message.</summary>
    public void Acknowledge(Queue queue, TestConsumer consumer)
    {
        Round.Acknowledge(queue, consumer.Subscription, consumer.TakeFirst());
        Round.Complete();
    }

    /// <summary>Removes the first ready message from the queue. Returns false if the queue is empty.</summary>
    public static bool Get(Queue queue) => queue.Deliveries.TryGet(
        0, noAck: true, static (int _, in Amqp.Storage.Messages.StoredMessage _, ReadOnlySpan<byte> _, long _) => { });

    /// <summary>Stops the broker, and starts another one on the same data directory.</summary>
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
