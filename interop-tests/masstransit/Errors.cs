using MassTransit;

namespace MassTransit8;

/// <summary>
/// A consumer that always fails. MassTransit moves the message to the queue with the suffix <c>_error</c>, and publishes a fault.
/// </summary>
internal static class Errors
{
    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure =>
        {
            configure.EmptyEndpoint(
                run.Queue, endpoint => endpoint.Handler<OrderPlaced>(_ => throw new InvalidOperationException("never")));
            configure.EmptyEndpoint(run.Other, endpoint => endpoint.Handler<Fault<OrderPlaced>>(
                context => run.PrintAsync($"order {context.Message.Message.Number} failed: {context.Message.Exceptions[0].Message}")));
        });

        await started.Bus.Publish(new OrderPlaced(1));

        await run.PrintedAsync(1);
    }
}
