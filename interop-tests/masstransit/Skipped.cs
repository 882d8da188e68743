using MassTransit;

namespace MassTransit8;

/// <summary>
/// Sends two messages. The endpoint does not consume the type of the first message, so MassTransit moves this message to the queue with
/// the suffix <c>_skipped</c>.
/// </summary>
internal static class Skipped
{
    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure => configure.EmptyEndpoint(run.Queue, endpoint =>
        {
            endpoint.PrefetchCount = 1; // the broker delivers the second message only after the first was moved
            endpoint.Handler<OrderPlaced>(context => run.PrintAsync($"received order {context.Message.Number}"));
        }));
        ISendEndpoint endpoint = await started.Bus.GetSendEndpoint(run.Address);

        await endpoint.Send(new OrderForgotten(1));
        await endpoint.Send(new OrderPlaced(2));

        await run.PrintedAsync(1);
    }
}
