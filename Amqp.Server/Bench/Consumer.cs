using System.Diagnostics;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>A connection that consumes from some of the queues. Its thread owns all of it; the counts may be read by others.</summary>
internal sealed class Consumer : IDisposable
{
    private const long RestWait = 20_000; // microseconds, after which what is not acknowledged yet is
    private const long IdleWait = 100_000; // when everything is: hundreds of consumers that look for nothing would be a load of their own

    private readonly LoadControl _control;
    private readonly LoadConnection _connection;
    private readonly DeliveryScanner _scanner = new();
    private readonly int _acknowledgeEvery;
    private readonly Acknowledgements _acknowledgements;
    private int _unacknowledged;
    private long _count;
    private long _consumed; // written by the thread, read by others
    private long _lastAt;

    /// <summary>Connects and consumes.</summary>
    /// <param name="load">The load.</param>
    /// <param name="topology">Its names.</param>
    /// <param name="control">Says when to stop.</param>
    /// <param name="index">Which of the consumers this is, and thereby which queues are its own.</param>
    /// <exception cref="LoadException">The broker does not let us.</exception>
    public Consumer(Workload load, LoadTopology topology, LoadControl control, int index)
    {
        _control = control;
        // More than prefetch allows would never come.
        _acknowledgeEvery = load.Prefetch > 0 ? Math.Min(load.AcknowledgeEvery, load.Prefetch) : load.AcknowledgeEvery;
        _connection = LoadConnection.Open(load.Broker);
        _acknowledgements = new Acknowledgements(isMultiple: _acknowledgeEvery > 1, load.AckWrite, _connection.SendSome);
        if (load.Prefetch > 0)
            _connection.Call<BasicQos, BasicQosOk>(new BasicQos(0, load.Prefetch, Global: false));
        for (int queue = index % load.Queues; queue < load.Queues; queue += Math.Min(load.Consumers, load.Queues))
        {
            _connection.Post(new BasicConsume(
                topology.QueueOf(topology.SelectorOf(queue)), "", NoLocal: false, NoAck: load.AcknowledgeEvery == 0, Exclusive: false, NoWait: true, FieldTable.Empty));
        }
        // An answer means that all of them are there. Full queues deliver at once, and nobody waits for them to begin.
        if (load.Producers > 0)
            _connection.Call<BasicQos, BasicQosOk>(new BasicQos(0, load.Prefetch, Global: false));
    }

    /// <summary>Messages received.</summary>
    public long Consumed => Volatile.Read(ref _consumed);

    /// <summary>When the last one came, as a timestamp of <see cref="Stopwatch"/>; 0 before the first.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>From due to received, in nanoseconds.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Receives until it is told to stop.</summary>
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
        long now = _connection.ReadAt; // that of the read which ended a message is when it arrived
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
