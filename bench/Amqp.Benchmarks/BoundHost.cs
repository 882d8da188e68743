using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Benchmarks;

/// <summary>A virtual host with 1,000 queues and one exchange, to which a benchmark adds bindings.</summary>
internal sealed class BoundHost : IDisposable
{
    public const string ExchangeName = "measured";

    private const int QueueCount = 1000;

    private static readonly DefinitionStore _definitions = new(new EmptyCatalog());

    private readonly VirtualHost _host = new(
        "/", NewServices(), new TopologyStore(_definitions), new DeclareRules(null, null, static () => 0),
        new TopologyWatch());
    private readonly Queue[] _queues;

    public BoundHost(string exchangeType)
    {
        Exchange = _host.Topology.DeclareExchange(ExchangeName, exchangeType, ExchangeFlags.None, FieldTable.Empty);
        _queues = [.. Enumerable.Range(0, QueueCount).Select(number =>
            _host.Topology.DeclareQueue($"queue-{number}", isServerNamed: false, QueueFlags.None, FieldTable.Empty, this))];
        Finder = new RouteFinder(_host.Routing);
    }

    public Exchange Exchange { get; }

    public RouteFinder Finder { get; }

    /// <summary>Binds the queue with the index <paramref name="queue"/> modulo the number of queues.</summary>
    public void Bind(int queue, string key, FieldTable? arguments = null) =>
        _host.Topology.Bind(ExchangeName, _queues[queue % QueueCount], key, arguments ?? FieldTable.Empty, PooledRound.Current);

    /// <summary>Deletes the binding that <see cref="Bind"/> created with the same queue and key.</summary>
    public void Unbind(int queue, string key) =>
        _host.Topology.Unbind(ExchangeName, _queues[queue % QueueCount], key, FieldTable.Empty);

    /// <summary>Finds the queues for one message, as the broker does if the connection's cache of routes does not contain them.</summary>
    public void Follow(string key, ReadOnlySpan<byte> headers = default)
    {
        Finder.Clear();
        _host.Routing.Follow(Exchange, new RoutedMessage(key, headers), Finder);
    }

    public void Dispose() => _host.Dispose();

    private static QueueServices NewServices() => new()
    {
        Store = new MemoryMessageStore(),
        Timer = new QueueTimer(TimeProvider.System),
        Clock = TimeProvider.System,
        Logger = NullLogger.Instance,
        Faults = new ContainedFaults(NullLogger.Instance, TimeProvider.System),
        HeldMemory = new HeldMemory(),
        Statistics = new BrokerStatistics(),
        Quarantine = _definitions.Quarantine,
    };
}
