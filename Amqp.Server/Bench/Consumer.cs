using System.Diagnostics;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>
/// A connection that consumes from a share of the queues. One thread uses the connection; other threads may read the counts.
/// </summary>
internal sealed class Consumer : IDisposable
{
    private const long RestWait = 20_000; // microseconds without a delivery after which the consumer acknowledges an incomplete batch
    // Microseconds to wait for a delivery while no acknowledgement is pending. Long, because frequent polls cost processor time.
    private const long IdleWait = 100_000;

    private readonly LoadControl _control;
    private readonly LoadConnection _connection;
    private readonly DeliveryScanner _scanner = new();
    private readonly int _acknowledgeEvery;
    private readonly Acknowledgements _acknowledgements;
    private int _unacknowledged;
    private long _count;
    private long _consumed; // written by the consumer's thread, read by other threads
    private long _lastAt;

    /// <summary>Connects, and starts consuming from a share of the queues. The index of the first consumer is 0.</summary>
    /// <exception cref="LoadException">The broker cannot be reached, or refused a request.</exception>
    public Consumer(Workload load, LoadTopology topology, LoadControl control, int index)
    {
        _control = control;
        // A batch larger than the prefetch count would never be complete, because the broker stops delivering at the prefetch count.
        _acknowledgeEvery = load.Prefetch > 0 ? Math.Min(load.AcknowledgeEvery, load.Prefetch) : load.AcknowledgeEvery;
        _connection = LoadConnection.Open(load.Broker);
        _acknowledgements = new Acknowledgements(isMultiple: _acknowledgeEvery > 1, load.AckWrite, _connection.SendSome);
        if (load.Prefetch > 0)
            _connection.Call<BasicQos, BasicQosOk>(new BasicQos(0, load.Prefetch, Global: false));
        for (int queue = index % load.Queues; queue < load.Queues; queue += Math.Min(load.Consumers, load.Queues))
        {
            _connection.Post(new BasicConsume(
                topology.QueueOf(topology.SelectorOf(queue)), "", NoLocal: false, NoAck: load.AcknowledgeEvery == 0, Exclusive: false,
                NoWait: true, FieldTable.Empty));
        }
        // The reply shows that all consumers are registered. Without producers, the queues are full from the start, and Call would discard
        // deliveries that arrive before the reply. So the call is then left out.
        if (load.Producers > 0)
            _connection.Call<BasicQos, BasicQosOk>(new BasicQos(0, load.Prefetch, Global: false));
    }

    public long Consumed => Volatile.Read(ref _consumed);

    /// <summary>Time at which the last message arrived, as a timestamp of <see cref="Stopwatch"/>; 0 before the first message.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>Nanoseconds from each message's due time to its arrival.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Receives messages until the run stops its consumers, and then closes the connection.</summary>
    public void Run()
    {
        while (!_control.AreConsumersStopped)
        {
            if (_connection.Read(_unacknowledged > 0 || !_acknowledgements.Waiting.IsEmpty ? RestWait : IdleWait))
                TakeDeliveries();
            else
                AcknowledgeRest();
        }
        AcknowledgeRest();
        _connection.Send(_acknowledgements.Waiting);
        _connection.Close();
    }

    public void Dispose() => _connection.Dispose();

    private void TakeDeliveries()
    {
        long now = _connection.ReadAt; // the messages taken below arrived with this read
        while (_connection.TryTake(out Frame frame))
        {
            if (!_scanner.Take(frame))
                continue;
            _count++;
            if (_scanner.DueAt >= _control.MeasureFrom)
                Latencies.Record(now - _scanner.DueAt);
            if (_acknowledgeEvery > 0 && ++_unacknowledged >= _acknowledgeEvery)
                Acknowledge();
        }
        _acknowledgements.Flush();
        Volatile.Write(ref _lastAt, now);
        Volatile.Write(ref _consumed, _count);
    }

    private void AcknowledgeRest()
    {
        if (_acknowledgeEvery > 0 && _unacknowledged > 0)
            Acknowledge(all: true);
        _acknowledgements.Flush();
    }

    private void Acknowledge(bool all = false)
    {
        _acknowledgements.Add(_scanner.DeliveryTag, all);
        _unacknowledged = 0;
    }
}
