using System.Diagnostics;
using MassTransit;

namespace MassTransit8;

/// <summary>Sends an order that is due in 700 ms. An exchange of the type <c>x-delayed-message</c> keeps the order until then.</summary>
internal static class Schedule
{
    public static async Task RunAsync(Run run)
    {
        var watch = new Stopwatch();
        await using StartedBus started = await run.StartBusAsync(configure =>
        {
            configure.UseDelayedMessageScheduler();
            configure.EmptyEndpoint(run.Queue, endpoint => endpoint.Handler<OrderPlaced>(
                context => run.PrintAsync($"received order {context.Message.Number}, {watch.ElapsedMilliseconds} ms later")));
        });

        watch.Start();
        await started.Bus.CreateDelayedMessageScheduler()
            .ScheduleSend(run.Address, DateTime.UtcNow.AddMilliseconds(700), new OrderPlaced(1));

        await run.PrintedAsync(1);
    }
}
