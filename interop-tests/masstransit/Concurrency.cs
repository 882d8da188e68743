using MassTransit;

namespace MassTransit8;

/// <summary>Publishes forty messages for a consumer that handles at most four at the same time.</summary>
internal static class Concurrency
{
    private const int Count = 40;

    public static async Task RunAsync(Run run)
    {
        var counting = new Lock();
        int running = 0, most = 0; // guarded by the lock
        await using StartedBus started = await run.StartBusAsync(configure => configure.EmptyEndpoint(run.Queue, endpoint =>
        {
            endpoint.PrefetchCount = 8;
            endpoint.ConcurrentMessageLimit = 4;
            endpoint.Handler<OrderPlaced>(async context =>
            {
                lock (counting)
                    most = Math.Max(most, ++running);
                await Task.Delay(20);
                lock (counting)
                    running--;
                await run.PrintAsync($"received order {context.Message.Number}");
            });
        }));

        await started.Bus.PublishBatch(Enumerable.Range(1, Count).Select(number => new OrderPlaced(number)));

        await run.PrintedAsync(Count);
        await run.PrintAsync($"{most} at once");
    }
}
