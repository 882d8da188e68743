using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>The output of a connection. Frames are collected while the previous ones are sent.</summary>
/// <remarks>Thread-safe. The lock guards the collected frames; only <see cref="RunAsync"/> uses the target.</remarks>
internal sealed class ClientOutput(PipeWriter target)
{
    /// <summary>Octets that may wait to be sent before <see cref="WaitForRoomAsync"/> waits.</summary>
    private const int Room = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Channel<bool> _filled = Channel.CreateBounded<bool>(1); // holds an item while output waits to be sent
    private ArrayBufferWriter<byte> _collected = new(4096);
    private ArrayBufferWriter<byte> _sending = new(4096);
    private TaskCompletionSource? _room;
    private FrameWriter? _writer;
    private bool _isEnded;

    /// <summary>Adds frames. They are dropped if the connection has ended.</summary>
    /// <param name="write">Writes the frames. Called under the lock.</param>
    /// <param name="state">Passed to <paramref name="write"/>.</param>
    public void Write<TState>(TState state, Action<FrameWriter, TState> write)
    {
        lock (_lock)
        {
            if (_isEnded)
                return;
            write(_writer ??= new FrameWriter(_collected), state);
            _filled.Writer.TryWrite(true);
        }
    }

    /// <summary>Adds octets that are no frame: the protocol header.</summary>
    public void WriteRaw(ReadOnlySpan<byte> octets)
    {
        lock (_lock)
        {
            _collected.Write(octets);
            _filled.Writer.TryWrite(true);
        }
    }

    /// <summary>Waits until the other broker has taken enough of the output.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_isEnded || _collected.WrittenCount < Room)
                return ValueTask.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(cancellation));
        }
    }

    /// <summary>Sends what is added, until the connection fails or is cancelled.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await _filled.Reader.ReadAsync(cancellation);
                var result = await target.WriteAsync(Swap().WrittenMemory, cancellation);
                if (result.IsCompleted)
                    throw new IOException("the peer reads no more");
            }
        }
        finally
        {
            End();
        }
    }

    /// <summary>Lets nobody wait for room any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            _room?.TrySetResult();
        }
    }

    private ArrayBufferWriter<byte> Swap()
    {
        lock (_lock)
        {
            // A buffer that a large message has enlarged is not kept.
            _sending = _sending.Capacity > 2 * Room ? new ArrayBufferWriter<byte>(4096) : _sending;
            _sending.ResetWrittenCount();
            (_collected, _sending) = (_sending, _collected);
            _writer = null;
            _room?.TrySetResult();
            _room = null;
            return _sending;
        }
    }
}
