using System.Diagnostics;
using MassTransit;

namespace MassTransit8;

/// <summary>
/// A consumer that fails twice. Each time MassTransit publishes the message to an <c>x-delayed-message</c> exchange. The exchange routes
/// the message back to the queue, after 300 ms the first time and after 600 ms the second time.
/// </summary>
internal static class Redelivery
{
    public static async Task RunAsync(Run run)
    {
        int[] intervals = [300, 600];
        var sinceLast = Stopwatch.StartNew();
        await using StartedBus started = await run.StartBusAsync(configure =>
        {
            configure.UseDelayedMessageScheduler();
            configure.EmptyEndpoint(run.Queue, endpoint =>
            {
                endpoint.UseDelayedRedelivery(redelivery => redelivery.Intervals(intervals));
                endpoint.Handler<OrderPlaced>(async context =>
                {
                    long waited = sinceLast.ElapsedMilliseconds;
                    sinceLast.Restart();
                    int count = context.GetRedeliveryCount();
                    await run.PrintAsync(count == 0 ? "delivery" : $"redelivery {count}, {waited} ms later");
                    if (count < intervals.Length)
                        throw new InvalidOperationException("not yet");
                });
            });
        });

        await started.Bus.Publish(new OrderPlaced(1));

        await run.PrintedAsync(intervals.Length + 1);
    }
}
