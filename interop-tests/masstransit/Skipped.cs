using MassTransit;

namespace MassTransit8;

/// <summary>
/// Sends a message for which the endpoint has no consumer, and then one for which it has a consumer. MassTransit moves the first one to the
/// queue whose name ends in <c>_skipped</c>.
/// </summary>
internal static class Skipped
{
    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure => configure.EmptyEndpoint(run.Queue, endpoint =>
        {
            endpoint.PrefetchCount = 1; // the second message is delivered only after the first was moved
            endpoint.Handler<OrderPlaced>(context => run.PrintAsync($"received order {context.Message.Number}"));
        }));
        ISendEndpoint endpoint = await started.Bus.GetSendEndpoint(run.Address);

        await endpoint.Send(new OrderForgotten(1));
        await endpoint.Send(new OrderPlaced(2));

        await run.PrintedAsync(1);
    }
}
