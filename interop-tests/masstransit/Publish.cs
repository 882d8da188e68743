using MassTransit;

namespace MassTransit8;

/// <summary>Publishes an order that two endpoints consume.</summary>
internal static class Publish
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

        await started.Bus.Publish(new OrderPlaced(7));

        await run.PrintedAsync(2);
    }
}
