using System.Buffers;
using Amqp.Protocol;
using Amqp.Schedules.Control;
using Amqp.Server.Channels;

namespace Amqp.Schedules;

/// <summary>A peer that keeps all received octets. As on a socket, a send may be partial, and may complete later.</summary>
/// <param name="mostAtOnce">Maximum number of octets that one send accepts.</param>
/// <param name="isSlow">True if another thread completes every second send.</param>
/// <param name="lostAfter">Number of sends after which the peer is disconnected.</param>
internal sealed class MemorySink(int mostAtOnce = int.MaxValue, bool isSlow = false, int lostAfter = int.MaxValue) : OutputSink
{
    private readonly List<byte> _octets = [];
    private int _sends;
    private bool _isSending;

    /// <summary>The frames that have been sent completely so far.</summary>
    public IReadOnlyList<SentFrame> Frames
    {
        get
        {
            var frames = new List<SentFrame>();
            var buffer = new ReadOnlySequence<byte>(_octets.ToArray());
            var reader = new FrameReader { FrameMax = int.MaxValue };
            while (reader.TryRead(ref buffer, out var frame))
                frames.Add(new SentFrame(frame.Type, frame.Payload.ToArray()));
            return frames;
        }
    }

    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets)
    {
        Assert.That(_isSending, Is.False, "two sends at the same time");
        if (++_sends > lostAfter)
            throw new IOException("the peer has gone");
        int taken = Math.Min(octets.Length, mostAtOnce);
        _octets.AddRange(octets.Span[..taken]);
        if (!isSlow || _sends % 2 == 0)
            return new ValueTask<int>(taken);
        _isSending = true;
        var sent = new TaskCompletionSource<int>(); // the outbox continues on the thread that completes this task
        Schedule.Start("socket", () =>
        {
            Schedule.Point();
            _isSending = false;
            sent.SetResult(taken);
        });
        return new ValueTask<int>(sent.Task);
    }
}

/// <summary>A frame that was sent to the peer.</summary>
internal sealed record SentFrame(FrameType Type, byte[] Payload)
{
    public MethodId Id =>
        Type == FrameType.Method ? MethodId.FromValue(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Payload)) : default;
}
