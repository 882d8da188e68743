using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Storage;

/// <summary>Appending, reading and settling messages allocates nothing on the heap once the pools have grown.</summary>
[NonParallelizable]
public sealed class StoreAllocationTests
{
    private const int Messages = 50_000;

    private static readonly byte[] _head = new byte[30];
    private static readonly byte[] _body = new byte[100];

    [Test]
    public async Task Appending_reading_and_settling_allocates_nothing_on_the_callers_thread([Values] bool persistent)
    {
        using var folder = new TestFolder();
        await using var run = new StoreRun(folder.Path, new StoreOptions { MaxUnwrittenBytes = long.MaxValue });
        Pass(run, persistent, Messages); // warms up: grows the pools and compiles the code
        await run.CommitAsync();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(run, persistent, Messages);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // If the messages are persistent, the pool of block objects may grow, by at most 100 bytes for each 256 KiB of messages.
        Assert.That(allocated, Is.LessThan(persistent ? Messages / 10 : 1));
    }

    private static void Pass(StoreRun run, bool persistent, int messages)
    {
        StoredQueue queue = run.First;
        Span<StoredMessage> places = stackalloc StoredMessage[1];
        long read = 0;
        for (int i = 0; i < messages; i++)
        {
            long position = run.Store.Append(new ReadOnlySpan<StoredQueue>(in queue), _head, _body, persistent, places);
            queue.Add(places[0]);
            queue.TryTake(out places[0]);
            run.Store.NoteDelivered(queue, places[0]);
            using (PayloadLease lease = run.Store.Read(places[0]))
                read += lease.Payload.Length;
            run.Store.Settle(queue, places);
            run.Store.RequestCommit(position);
        }
        if (read != messages * 130L)
            throw new InvalidOperationException("bytes are missing");
    }
}
