using MassTransit;

namespace MassTransit8;

/// <summary>
/// Sends a message that the endpoint has no consumer for, which MassTransit moves to the queue with <c>_skipped</c> behind its name, and
/// then one that it has.
/// </summary>
internal static class Skipped
{
    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure => configure.EmptyEndpoint(run.Queue, endpoint =>
        {
            endpoint.PrefetchCount = 1; // so the second comes when the first has been moved
            endpoint.Handler<OrderPlaced>(context => run.PrintAsync($"received order {context.Message.Number}"));
        }));
        ISendEndpoint endpoint = await started.Bus.GetSendEndpoint(run.Address);

        await endpoint.Send(new OrderForgotten(1));
        await endpoint.Send(new OrderPlaced(2));

        await run.PrintedAsync(1);
    }
}
