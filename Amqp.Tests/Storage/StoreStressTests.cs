using System.Buffers.Binary;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Storage;

/// <summary>
/// Publishers, consumers and the committer work at the same time. The memory limit is so low that blocks are freed constantly.
/// </summary>
public sealed class StoreStressTests
{
    private const int Queues = 3;
    private const int PublishersPerQueue = 2;
    private const int MessagesPerPublisher = 4_000;

    [TestCase(500_000, long.MaxValue, 1)]
    [TestCase(50, long.MaxValue, 1)]
    [TestCase(50, 16 << 10, 1)]
    [TestCase(500_000, 16 << 10, 4)]
    public async Task No_payload_is_ever_another_ones_and_none_is_lost(
        int maxMessagesInMemory, long maxTransientBytesInMemory, int transientOfFour)
    {
        using var folder = new TestFolder();
        var options = new StoreOptions
        {
            MaxMessagesInMemory = maxMessagesInMemory,
            MaxTransientBytesInMemory = maxTransientBytesInMemory,
            BlockSize = 4 << 10,
            SegmentSize = 64 << 10,
            ResidentBytes = 16 << 10,
            MaxUnwrittenBytes = 256 << 10,
            SyncInterval = TimeSpan.FromMilliseconds(5)
        };
        uint[] numbers = [.. Enumerable.Range(1, Queues).Select(i => (uint)i)];
        long[] left;
        await using (var run = new StoreRun(folder.Path, options, queues: numbers))
        {
            StoredQueue[] queues = [run.First, run.Second, .. numbers.Skip(2).Select(number => run.Store.OpenQueue(number, durable: true))];
            long[] published = new long[Queues];
            Task[] publishers = [.. Enumerable.Range(0, Queues * PublishersPerQueue)
                .Select(i => Task.Run(() => PublishAsync(run.Store, queues, i, transientOfFour, published)))];
            Task publishing = Task.WhenAll(publishers);
            Task<long>[] consumers = [.. queues.Select((queue, i) => Task.Run(() => Consume(run.Store, queue, i, publishing)))];
            await publishing.WaitAsync(TimeSpan.FromMinutes(2));
            long[] consumed = await Task.WhenAll(consumers).WaitAsync(TimeSpan.FromMinutes(2));
            left = [.. queues.Select(queue => queue.Count)];
            Assert.That(consumed.Zip(left, (gone, ready) => gone + ready), Is.EqualTo(published));
            Assert.That(run.Store.Failure, Is.Null);
        }

        await using var next = new StoreRun(folder.Path, options, queues: numbers);
        StoredQueue[] recovered =
            [next.First, next.Second, .. numbers.Skip(2).Select(number => next.Store.OpenQueue(number, durable: true))];
        for (int i = 0; i < Queues; i++)
        {
            StoredMessage[] messages = recovered[i].TakeAll();
            // There may be fewer messages than before, because transient messages are lost.
            Assert.That(messages, Has.Length.LessThanOrEqualTo(left[i]));
            foreach (StoredMessage message in messages)
                Verify(next.Store, message);
        }
    }

    /// <summary>Publishes many messages: a tenth of them to all queues, the others to the publisher's own queue.</summary>
    private static async Task PublishAsync(IMessageStore store, StoredQueue[] queues, int publisher, int transientOfFour, long[] published)
    {
        var random = new Random(publisher);
        for (int i = 0; i < MessagesPerPublisher; i++)
        {
            bool persistent = random.Next(4) >= transientOfFour;
            StoredQueue[] targets = random.Next(10) == 0 ? queues : [queues[publisher % Queues]];
            byte[] payload = Payload((publisher << 16) + i, random.Next(40) == 0 ? 9_000 : 16 + random.Next(400));
            var places = new StoredMessage[targets.Length];
            long position = store.Append(targets, payload.AsSpan(0, 10), payload.AsSpan(10), persistent, places);
            for (int target = 0; target < targets.Length; target++)
            {
                lock (targets[target])
                    targets[target].Add(places[target]);
                Interlocked.Increment(ref published[Array.IndexOf(queues, targets[target])]);
            }
            if (random.Next(50) == 0)
                store.RequestCommit(position);
            if (random.Next(50) == 0)
                store.CommitHere(position);
            if (store.IsBehind)
                await store.WaitForRoomAsync();
        }
    }

    /// <summary>
    /// Takes messages in batches, and settles or returns them in random order. Ends when publishing has ended and all taken messages are
    /// settled.
    /// </summary>
    private static long Consume(IMessageStore store, StoredQueue queue, int seed, Task publishing)
    {
        var random = new Random(1_000 + seed);
        var unsettled = new List<StoredMessage>();
        long settled = 0;
        while (!publishing.IsCompleted || unsettled.Count > 0)
        {
            lock (queue)
            {
                for (int want = publishing.IsCompleted ? 0 : random.Next(60); want > 0 && queue.TryTake(out StoredMessage message); want--)
                    unsettled.Add(message);
                if (unsettled.Count > 0)
                    store.NoteDelivered(queue, unsettled[^1]);
            }
            foreach (StoredMessage message in unsettled)
                Verify(store, message);
            StoredMessage[] mixed = [.. unsettled];
            random.Shuffle(mixed);
            int done = publishing.IsCompleted ? mixed.Length : mixed.Length / 2;
            int back = (mixed.Length - done) / 2;
            lock (queue)
            {
                store.Settle(queue, mixed.AsSpan(0, done));
                foreach (StoredMessage message in mixed.AsSpan(done, back))
                    queue.Return(message);
            }
            settled += done;
            unsettled = [.. mixed[(done + back)..]];
        }
        return settled;
    }

    // A payload begins with the message's number and the payload's length, as 32-bit integers. The value of each further byte is the number
    // plus the index of the byte.
    private static byte[] Payload(int number, int length)
    {
        byte[] payload = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), length);
        for (int i = 8; i < length; i++)
            payload[i] = (byte)(number + i);
        return payload;
    }

    private static void Verify(IMessageStore store, in StoredMessage message)
    {
        using PayloadLease lease = store.Read(message);
        int number = BinaryPrimitives.ReadInt32LittleEndian(lease.Payload);
        if (!lease.Payload.SequenceEqual(Payload(number, message.Length)))
            Assert.Fail($"the payload of {message} is not what was appended");
    }
}
