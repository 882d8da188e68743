using Amqp.Storage.Configuration;
using Amqp.Storage.Queues;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>A ready message in a long queue needs almost no memory.</summary>
[NonParallelizable]
public sealed class DeepQueueMemoryTests
{
    private const int Half = 500_000;
    private const int WarmUp = 500_000; // number of messages that let the memory pools grow to their limits

    [TestCase(1)]
    [TestCase(1_000)]
    public async Task The_second_half_of_a_million_messages_takes_no_more_memory(int queueCount)
    {
        using var folder = new TestFolder();
        uint[] numbers = [.. Enumerable.Range(1, Math.Max(queueCount, 2)).Select(i => (uint)i)];
        var options = new StoreOptions { SegmentSize = 4 << 20, ResidentBytes = 1 << 20, MaxMessagesInMemory = 10_000 };
        await using var run = new StoreRun(folder.Path, options, queues: numbers);
        StoredQueue[] queues = [run.First, run.Second, .. numbers.Skip(2).Select(number => run.Store.OpenQueue(number, durable: true))];

        await FillAsync(run, queues[..queueCount], WarmUp);
        long first = await FillAsync(run, queues[..queueCount], Half);
        long second = await FillAsync(run, queues[..queueCount], Half);

        Assert.That(queues.Sum(queue => queue.Count), Is.EqualTo(WarmUp + 2 * Half));
        Assert.That(queues.Sum(queue => queue.CountInMemory), Is.LessThan(Half / 5));
        Assert.That(second - first, Is.LessThan(4L * Half), "growth in bytes; each entry in memory would take 24 bytes");
    }

    /// <returns>Managed and native bytes in use after the messages were published.</returns>
    private static async Task<long> FillAsync(StoreRun run, StoredQueue[] queues, int messages)
    {
        byte[] payload = new byte[20];
        for (int i = 0; i < messages; i++)
        {
            run.Store.Publish(payload, Persistent, queues[i % queues.Length]);
            if (run.Store.IsBehind)
                await run.Store.WaitForRoomAsync();
        }
        await run.SettleDownAsync();
        return GC.GetTotalMemory(forceFullCollection: true) + run.Store.MemoryInUse;
    }
}
