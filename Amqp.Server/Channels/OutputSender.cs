using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Channels;

/// <summary>Sends the blocks of an <see cref="OutputBuffer"/> to the socket, one thread at a time.</summary>
/// <remarks>
/// The sender owns the block that is being sent, and holds no lock during a send. The outbox's lock guards the buffer, the room, the counts
/// and <see cref="IsSending"/>.
/// </remarks>
internal sealed class OutputSender : IThreadPoolWorkItem
{
    /// <summary>Maximum number of blocks that a thread sends at a time. Another thread of the thread pool sends the next blocks.</summary>
    private const int BlocksPerSender = 32;

    private readonly OutputSink _sink;
    private readonly OutputBuffer _buffer;
    private readonly OutputRoom _room;
    private readonly ConnectionCounts _counts;
    private readonly Lock _gate;
    private readonly Action<Exception> _failed;
    private readonly Action _onSent;
    private OutputBlock _sending; // the sending thread owns this field and the next one
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _pendingSend;
    private TaskCompletionSource? _allSent; // guarded by the lock; null until WhenSentAsync is called
    private long _lastSent = Environment.TickCount64;

    /// <param name="sink">Destination of the octets.</param>
    /// <param name="buffer">Source of the octets.</param>
    /// <param name="room">Counts the octets that are pending.</param>
    /// <param name="counts">Counts the octets that were sent.</param>
    /// <param name="gate">The outbox's lock.</param>
    /// <param name="failed">
    /// Called if sending fails for a reason other than a disconnect of the peer. Called on any thread, and possibly with locks held.
    /// </param>
    public OutputSender(OutputSink sink, OutputBuffer buffer, OutputRoom room, ConnectionCounts counts, Lock gate, Action<Exception> failed)
    {
        (_sink, _buffer, _room, _counts, _gate, _failed) = (sink, buffer, room, counts, gate, failed);
        _onSent = OnSent;
    }

    /// <summary>True while a thread sends. The lock guards this property.</summary>
    public bool IsSending { get; private set; }

    /// <summary>Time of the latest flush, as <see cref="Environment.TickCount64"/>. Any thread may read this time.</summary>
    public long LastSent => Volatile.Read(ref _lastSent);

    /// <summary>Sends everything that was written. Takes the lock. Throws nothing.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (IsSending || _room.Pending == 0)
                return; // the thread that is sending also sends octets written in the meantime
            IsSending = true;
            Volatile.Write(ref _lastSent, Environment.TickCount64);
        }
        SendBlocks();
    }

    /// <summary>Completes when everything that was written is sent. The caller holds the lock, and writes nothing more.</summary>
    public Task WhenSentAsync()
    {
        if (!IsSending)
            return Task.CompletedTask;
        _allSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _allSent.Task;
    }

    /// <summary>Continues the sending, in place of a thread that has sent <see cref="BlocksPerSender"/> blocks.</summary>
    void IThreadPoolWorkItem.Execute() => SendBlocks();

    /// <summary>Sends until nothing is pending. Called by the sending thread, which does not hold the lock.</summary>
    private void SendBlocks()
    {
        for (int blocks = 0; TryTake(); blocks++)
        {
            if (blocks == BlocksPerSender)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // another thread sends the remaining blocks
                return;
            }
            if (!TrySend())
                return;
        }
    }

    /// <summary>Takes the next block. If there is none, the sending ends.</summary>
    private bool TryTake()
    {
        if (!_sending.Octets.IsEmpty)
            return true;
        lock (_gate)
        {
            if (_buffer.TryTake(out _sending))
                return true;
            IsSending = false;
            _allSent?.TrySetResult();
            return false;
        }
    }

    /// <summary>Sends the rest of the current block.</summary>
    /// <returns>False if the send is still pending, or the peer has gone.</returns>
    private bool TrySend()
    {
        while (!_sending.Octets.IsEmpty)
        {
            try
            {
                var send = _sink.SendAsync(_sending.Octets);
                if (!send.IsCompleted)
                {
                    _pendingSend = send.ConfigureAwait(false).GetAwaiter();
                    _pendingSend.UnsafeOnCompleted(_onSent);
                    return false;
                }
                NoteSent(send.GetAwaiter().GetResult());
            }
            catch (Exception error)
            {
                Abandon(error);
                return false;
            }
        }
        return true;
    }

    private void OnSent()
    {
        try
        {
            NoteSent(_pendingSend.GetResult());
        }
        catch (Exception error)
        {
            Abandon(error);
            return;
        }
        SendBlocks();
    }

    private void NoteSent(int octets)
    {
        var rest = _sending.Octets[octets..];
        if (rest.IsEmpty)
            _sending.Owner.Dispose();
        _sending = rest.IsEmpty ? default : _sending with { Octets = rest };
        List<SessionConsumer>? resumed;
        lock (_gate)
        {
            _counts.NoteSent(octets);
            resumed = _room.Free(octets);
        }
        Resume(resumed);
    }

    /// <summary>Discards everything that was written, and ends all writes. The callback <c>failed</c> must end the read loop.</summary>
    private void Abandon(Exception error)
    {
        if (!IsLoss(error))
            _failed(error);
        List<SessionConsumer>? resumed;
        lock (_gate)
        {
            do
                _sending.Owner?.Dispose();
            while (_buffer.TryTake(out _sending));
            _sending = default;
            resumed = _room.Clear();
            _room.Close();
            IsSending = false;
            _allSent?.TrySetResult();
        }
        Resume(resumed);
    }

    private static void Resume(List<SessionConsumer>? consumers)
    {
        if (consumers is not null)
            ThreadPool.UnsafeQueueUserWorkItem(new DeliveryResumption(consumers), preferLocal: false);
    }

    private static bool IsLoss(Exception error) =>
        error is SocketException or ObjectDisposedException or InvalidOperationException or IOException or OperationCanceledException;
}
