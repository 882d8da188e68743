using System.Buffers;
using System.Net.Sockets;
using Amqp.Protocol;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Channels;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>An outbox reports when it exceeds its watermark, and returns its blocks to the pool, even if the peer disconnects.</summary>
public sealed class OutboxTests
{
    [Test]
    public async Task Who_writes_waits_from_the_watermark_on_and_until_less_waits_to_be_sent()
    {
        using var pool = new CountedPool();
        var sink = new HeldSink();
        var outbox = new Outbox(sink, pool, highWatermark: 3 * Frame.Overhead);
        var waits = new List<(bool IsFull, bool MustWait)>();
        for (int i = 0; i < 3; i++)
        {
            Heartbeat(outbox);
            waits.Add((outbox.IsFull, !outbox.WaitForRoomAsync().IsCompleted));
        }
        Assert.That(waits, Is.EqualTo([(false, false), (false, false), (true, true)]));
        var room = outbox.WaitForRoomAsync();

        sink.Take(0);
        Assert.That((room.IsCompleted, outbox.IsFull, outbox.Waiting), Is.EqualTo((false, true, 3L * Frame.Overhead)));
        sink.Take(1);

        await room.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((outbox.IsFull, outbox.Waiting), Is.EqualTo((false, 3L * Frame.Overhead - 1)));
        await Eventually.Holds(
            () => sink.TakeAll() && outbox is { Waiting: 0, IsSending: false },
            () => $"{outbox.Waiting} octets are not sent");
    }

    [Test]
    public void There_is_room_below_a_mark_until_so_much_waits_and_none_once_deliveries_are_over()
    {
        using var pool = new CountedPool();
        var outbox = new Outbox(new HeldSink(), pool, long.MaxValue);
        Heartbeat(outbox);
        lock (outbox.Gate)
        {
            Assert.That((outbox.HasRoomBelow(Frame.Overhead), outbox.HasRoomBelow(Frame.Overhead + 1)), Is.EqualTo((false, true)));

            outbox.EndDeliveries();

            Assert.That(outbox.HasRoomBelow(long.MaxValue), Is.False);
        }
    }

    [Test]
    public void An_output_that_failed_takes_no_more_deliveries()
    {
        using var pool = new CountedPool();
        var outbox = new Outbox(new HeldSink(), pool, long.MaxValue);
        lock (outbox.Gate)
        {
            outbox.Fail(new NotSupportedException("a fault that a test put in"));

            Assert.That(outbox.HasRoomBelow(long.MaxValue), Is.False);
        }
    }

    [Test]
    public void Blocks_that_were_sent_are_given_back()
    {
        using var pool = new CountedPool();
        var sent = new SentFrames();
        var outbox = new Outbox(sent, pool, long.MaxValue);
        for (int i = 0; i < 20_000; i++)
        {
            lock (outbox.Gate)
                outbox.Write(1, new BasicAck((ulong)i, false));
            if (i % 3_000 == 0)
                outbox.Flush();
        }
        outbox.Flush();

        Assert.That(sent.Methods, Has.Count.EqualTo(20_000));
        Assert.That((pool.Rented > 5, pool.Held), Is.EqualTo((true, 0)));
    }

    /// <summary>
    /// An outbox writes encoded properties in one piece. If they are larger than the pool's blocks, they get memory outside the pool.
    /// </summary>
    [Test]
    public void What_is_larger_than_a_block_takes_none_of_the_pools([Values] bool isBehindOther)
    {
        using var pool = new CountedPool();
        var outbox = new Outbox(new SentFrames(), pool, long.MaxValue);
        for (int i = 0; i < 3; i++)
        {
            lock (outbox.Gate)
            {
                if (isBehindOther)
                    outbox.Write(1, new BasicAck(1, false));
                outbox.WriteDelivery(1, "c"u8, 1, false, [0, 0], new byte[100_000], [], 131_072);
                outbox.WriteContent(1, new byte[100_000], [], 131_072);
                // only the body of this delivery is larger than a block, and a body may be split between blocks
                outbox.WriteDelivery(1, "c"u8, 1, false, [0, 0], [0, 0], new byte[40_000], 131_072);
            }
            outbox.Flush();
        }

        Assert.That((pool.Held, outbox.Waiting), Is.EqualTo((0, 0L)));
    }

    [Test]
    public async Task What_waits_to_be_sent_counts_by_the_blocks_that_it_is_in()
    {
        using var pool = new CountedPool();
        var sink = new HeldSink();
        var outbox = new Outbox(sink, pool, long.MaxValue);
        Assert.That(outbox.MemoryInUse, Is.Zero);

        Heartbeat(outbox);
        Assert.That(outbox.MemoryInUse, Is.EqualTo(16 << 10));
        lock (outbox.Gate)
            outbox.WriteContent(1, [0, 0], new byte[(16 << 10) - 2 * Frame.Overhead - Frame.Overhead - 14], 131_072);
        Assert.That((outbox.Waiting, outbox.MemoryInUse), Is.EqualTo((16L << 10, 16L << 10)));
        Heartbeat(outbox);
        Assert.That(outbox.MemoryInUse, Is.EqualTo(32 << 10));

        await Eventually.Holds(() => sink.TakeAll() && outbox.Waiting == 0, () => $"{outbox.Waiting} octets are not sent");
        Assert.That(outbox.MemoryInUse, Is.Zero);
    }

    [Test]
    public async Task A_peer_that_goes_leaves_nothing_behind_and_nobody_waiting()
    {
        using var pool = new CountedPool();
        var sink = new HeldSink();
        var outbox = new Outbox(sink, pool, highWatermark: 100);
        lock (outbox.Gate)
            for (int i = 0; i < 20_000; i++)
                outbox.Write(1, new BasicAck((ulong)i, false));
        outbox.Flush();
        Assert.That(pool.Held, Is.GreaterThan(2));
        var room = outbox.WaitForRoomAsync();
        var closed = outbox.CloseAsync();

        sink.Fail(new SocketException((int)SocketError.ConnectionReset));

        await Task.WhenAll(room, closed).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((pool.Held, outbox.Waiting, outbox.IsFull, outbox.IsSending), Is.EqualTo((0, 0L, false, false)));
        Heartbeat(outbox);
        Assert.That((pool.Held, outbox.Waiting), Is.EqualTo((0, 0L)), "nothing is written to a closed outbox");
    }

    [Test]
    public async Task A_close_completes_when_the_rest_is_sent()
    {
        using var pool = new CountedPool();
        var sink = new HeldSink();
        var outbox = new Outbox(sink, pool, long.MaxValue);
        outbox.Send(1, new BasicAck(1, false), new DispatchRound());

        var closed = outbox.CloseAsync();
        Assert.That(closed.IsCompleted, Is.False);
        Assert.That(sink.TakeAll());

        await closed.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(pool.Held, Is.Zero);
    }

    private static void Heartbeat(Outbox outbox) => outbox.SendHeartbeat();

    /// <summary>A peer that accepts octets only when the test calls a method.</summary>
    private sealed class HeldSink : OutputSink
    {
        private TaskCompletionSource<int>? _sending;
        private int _octets;

        public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets)
        {
            _octets = octets.Length;
            var sending = new TaskCompletionSource<int>();
            Volatile.Write(ref _sending, sending);
            return new ValueTask<int>(sending.Task);
        }

        /// <summary>
        /// Completes a part of the pending send, as if the peer had accepted this many octets. Does nothing for 0 octets.
        /// </summary>
        public void Take(int octets)
        {
            if (octets > 0)
                _sending!.SetResult(octets);
        }

        /// <summary>
        /// Completes a pending send, as if the peer had accepted all octets. Always returns true, for use in a polled condition.
        /// </summary>
        public bool TakeAll()
        {
            if (Volatile.Read(ref _sending) is { Task.IsCompleted: false } sending)
                sending.SetResult(_octets);
            return true;
        }

        public void Fail(Exception error) => _sending!.SetException(error);
    }

    /// <summary>A pool that counts the blocks which are rented and not returned yet.</summary>
    private sealed class CountedPool : MemoryPool<byte>
    {
        private int _held;

        public int Rented { get; private set; }

        public int Held => Volatile.Read(ref _held);

        public override int MaxBufferSize => 16 << 10;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            Rented++;
            Interlocked.Increment(ref _held);
            return new Block(this);
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Block(CountedPool pool) : IMemoryOwner<byte>
        {
            private bool _isDisposed;

            public Memory<byte> Memory { get; } = new byte[16 << 10];

            public void Dispose()
            {
                Assert.That(_isDisposed, Is.False, "returned twice");
                _isDisposed = true;
                Interlocked.Decrement(ref pool._held);
            }
        }
    }
}
