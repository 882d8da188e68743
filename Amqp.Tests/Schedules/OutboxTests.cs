using System.Buffers;
using Amqp.Protocol;
using Amqp.Schedules.Control;
using Amqp.Server.Channels;

namespace Amqp.Schedules;

/// <summary>A connection sends intact frames while several threads write to its outbox. One of these threads also sends.</summary>
[NonParallelizable]
public sealed class OutboxTests
{
    private const int Writers = 3;
    private const int WritesEach = 3;

    [Test]
    public void Everything_written_is_sent_once_and_in_order([Values] bool isSlow, [Values(7, int.MaxValue)] int mostAtOnce) =>
        Exploration.Explore(150, () => new Writing(new MemorySink(mostAtOnce, isSlow), isLost: false));

    [Test]
    public void A_peer_that_goes_ends_the_sending_and_lets_whoever_waits_go_on([Values] bool isSlow) =>
        Exploration.Explore(150, () => new Writing(new MemorySink(7, isSlow, lostAfter: 3), isLost: true));

    private sealed class Writing(MemorySink sink, bool isLost) : IScenario
    {
        private readonly Outbox _outbox = new(sink, MemoryPool<byte>.Shared, highWatermark: 60);
        private Task _room = Task.CompletedTask;
        private Task _closed = Task.CompletedTask;
        private int _writing = Writers;

        public IEnumerable<(string Name, Action Body)> Threads =>
        [
            .. Enumerable.Range(0, Writers).Select(writer => ($"writer {writer}", (Action)(() => Write(writer)))),
            ("reader", () => _room = _outbox.WaitForRoomAsync()),
            ("closer", Close),
        ];

        public void Check()
        {
            Assert.That((_outbox.Waiting, _outbox.IsSending), Is.EqualTo((0L, false)));
            Assert.That(_closed.IsCompleted, Is.True, "the close of the outbox has not completed");
            Assert.That(_room.IsCompleted, Is.True, "the waiting reader was not released");
            var writes = sink.Frames.Where(frame => frame.Id == BasicAck.Id)
                .Select(frame => MethodArguments.Read<BasicAck>(frame.Payload.AsSpan(4)).DeliveryTag)
                .ToList();
            for (int writer = 0; writer < Writers; writer++)
            {
                var own = writes.Where(tag => tag / 100 == (ulong)writer).Select(tag => (int)(tag % 100)).ToList();
                Assert.That(own, Is.EqualTo(Enumerable.Range(0, isLost ? own.Count : WritesEach)), $"of writer {writer}");
            }
        }

        public void Dispose()
        {
        }

        private void Write(int writer)
        {
            for (int write = 0; write < WritesEach; write++)
            {
                lock (_outbox.Gate)
                    _outbox.Write(1, new BasicAck((ulong)(100 * writer + write), false));
                _outbox.Flush();
            }
            Interlocked.Decrement(ref _writing);
        }

        private void Close()
        {
            Schedule.WaitUntil(() => _writing == 0);
            _closed = _outbox.CloseAsync();
        }
    }
}
