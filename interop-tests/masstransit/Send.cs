using MassTransit;

namespace MassTransit8;

/// <summary>Two endpoints consume orders. Sends two orders to one of the endpoints.</summary>
internal static class Send
{
    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure =>
        {
            foreach (string queue in new[] { run.Queue, run.Other })
                configure.EmptyEndpoint(queue,
                    endpoint => endpoint.Handler<OrderPlaced>(
                        context => run.PrintAsync($"{queue} received order {context.Message.Number}")));
        });
        ISendEndpoint endpoint = await started.Bus.GetSendEndpoint(run.Address);

        await endpoint.Send(new OrderPlaced(1));
        await endpoint.Send(new OrderPlaced(2));

        await run.PrintedAsync(2);
    }
}
