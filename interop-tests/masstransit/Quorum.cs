using MassTransit;

namespace MassTransit8;

/// <summary>An endpoint whose queue is a quorum queue with one member.</summary>
internal static class Quorum
{
    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure => configure.EmptyEndpoint(run.Queue, endpoint =>
        {
            endpoint.SetQuorumQueue(1);
            endpoint.Handler<OrderPlaced>(context => run.PrintAsync($"received order {context.Message.Number}"));
        }));

        await started.Bus.Publish(new OrderPlaced(5));

        await run.PrintedAsync(1);
    }
}
