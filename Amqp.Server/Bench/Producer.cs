using System.Buffers.Binary;
using System.Diagnostics;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>A connection that publishes. One thread uses the connection; other threads may read the counts.</summary>
internal sealed class Producer : IDisposable
{
    private const long IdleWait = 100_000; // maximum duration of one wait for replies, in microseconds
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly uint _ack = BasicAck.Id.Value;
    private static readonly uint _nack = BasicNack.Id.Value;

    private readonly Workload _load;
    private readonly LoadControl _control;
    private readonly LoadConnection _connection;
    private readonly PublishBatch _batch;
    private readonly int _index;
    private readonly long _limit;
    private ConfirmWindow? _window; // set when the run starts
    private Pace _pace;
    private int _queue;
    private long _sent;
    private long _published; // written by the producer's thread, read by other threads
    private long _confirmed;
    private long _rejected;
    private long _finishedAt;

    /// <summary>Connects, and encodes the messages to send.</summary>
    /// <exception cref="LoadException">The broker cannot be reached, or refused a request.</exception>
    public Producer(Workload load, LoadTopology topology, LoadControl control, int index)
    {
        _load = load;
        _control = control;
        _index = index;
        _queue = index % load.Queues;
        _limit = load.Count == 0 ? long.MaxValue : load.Count / load.Producers + (index < load.Count % load.Producers ? 1 : 0);
        _connection = LoadConnection.Open(load.Broker);
        _batch = new PublishBatch(load, topology, _connection.FrameMax);
        if (load.ConfirmWindow > 0)
            _connection.Call<ConfirmSelect, ConfirmSelectOk>(new ConfirmSelect(NoWait: false));
    }

    public long Published => Volatile.Read(ref _published);

    /// <summary>Number of messages that the broker has confirmed, with an ack or a nack.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>Number of messages that the broker has confirmed with a nack.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Timestamp at which the producer had finished and closed its connection; 0 before.</summary>
    public long FinishedAt => Volatile.Read(ref _finishedAt);

    /// <summary>Nanoseconds from each message's due time to its confirm.</summary>
    public LatencyHistogram ConfirmLatencies { get; } = new();

    /// <summary>Reason that the broker gave in connection.blocked; null if the connection is not blocked.</summary>
    public string? BlockedBy => _connection.BlockedBy;

    /// <summary>Publishes until all messages are sent or the run is stopped. Then waits for the confirms and closes.</summary>
    public void Run()
    {
        _pace = new Pace(_control.StartsAt, _load.Rate, _load.Producers, _index);
        if (_load.ConfirmWindow > 0)
            _window = new ConfirmWindow(_load.ConfirmWindow, ConfirmLatencies, _control.MeasureFrom);
        if (_pace.IsSet)
            ReadyWait.EndOnTime();
        while (!_control.ArePublishersStopped && _sent < _limit)
        {
            long now = Stopwatch.GetTimestamp();
            int count = CountToSend(now);
            if (count > 0)
                SendBatch(count, now);
            else if (_window is { Room: <= 0 })
                AwaitRoom();
            else
                TakeReplies(Math.Min(IdleWait, _pace.MicrosecondsUntil(_sent, now)));
        }
        AwaitConfirms();
        _connection.Close();
        Volatile.Write(ref _finishedAt, Stopwatch.GetTimestamp());
    }

    public void Dispose() => _connection.Dispose();

    private int CountToSend(long now)
    {
        long count = Math.Min(_batch.Capacity, _limit - _sent);
        if (_window is not null)
            count = Math.Min(count, _window.Room);
        if (_pace.IsSet)
            count = Math.Min(count, _pace.DueBy(now) - _sent);
        return (int)count;
    }

    private void SendBatch(int count, long now)
    {
        for (int i = 0; i < count; i++)
        {
            // Latencies are measured from the due time, so that they include the time by which a slow broker delays a send.
            long dueAt = _pace.IsSet ? _pace.DueAt(_sent + i) : now;
            _batch.Prepare(i, dueAt, _queue);
            _window?.Sent(dueAt);
            _queue = (_queue + _load.Producers) % _load.Queues;
        }
        Send(_batch.First(count));
        _sent += count;
        Volatile.Write(ref _published, _sent);
        TakeReplies(0);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        long progressAt = 0;
        while (true)
        {
            int sent = _connection.SendSome(bytes);
            bytes = bytes[sent..];
            if (bytes.IsEmpty)
                return;
            // The socket accepts no more bytes, possibly because the broker waits until this client reads.
            TakeReplies(0);
            if (sent > 0 || progressAt == 0)
                progressAt = Stopwatch.GetTimestamp();
            else if (_control.ArePublishersStopped && Stopwatch.GetElapsedTime(progressAt) > _patience)
                throw new LoadException($"the broker does not read any more{(BlockedBy is { } reason ? $": blocked, {reason}" : "")}");
        }
    }

    /// <summary>Waits until half of the window is free. The producer then sends many messages at once, as a busy client does.</summary>
    private void AwaitRoom()
    {
        while (!_control.ArePublishersStopped && (_window!.Room <= 0 || _window.InFlight > _load.ConfirmWindow / 2))
            TakeReplies(IdleWait);
    }

    private void AwaitConfirms()
    {
        long progressAt = Stopwatch.GetTimestamp();
        while (_window is { InFlight: > 0 } && _control.Failure is null)
        {
            long before = _window.Confirmed;
            TakeReplies(IdleWait);
            if (_window.Confirmed > before)
                progressAt = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(progressAt) > _patience)
                throw new LoadException($"the broker does not confirm: {_window.InFlight} of {_sent} messages are unconfirmed");
        }
    }

    private void TakeReplies(long waitMicroseconds)
    {
        if (!_connection.Read(waitMicroseconds))
            return;
        while (_connection.TryTake(out Frame frame))
            if (frame.Type == FrameType.Method && _window is not null)
                TakeConfirm(frame.Payload);
    }

    private void TakeConfirm(ReadOnlySpan<byte> payload)
    {
        uint id = BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (id != _ack && id != _nack)
            return;
        long tag = BinaryPrimitives.ReadInt64BigEndian(payload[4..]);
        int settled = _window!.Settle(tag, multiple: (payload[12] & 1) != 0, _connection.ReadAt);
        Volatile.Write(ref _confirmed, _window.Confirmed);
        if (id == _nack)
            Volatile.Write(ref _rejected, _rejected + settled);
    }
}
