using MassTransit;

namespace MassTransit8;

/// <summary>A consumer that fails twice. MassTransit calls the consumer again. The broker does not redeliver the message.</summary>
internal static class Retry
{
    private const int Failures = 2;

    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure => configure.EmptyEndpoint(run.Queue, endpoint =>
        {
            endpoint.UseMessageRetry(retry => retry.Immediate(Failures + 1));
            endpoint.Handler<OrderPlaced>(async context =>
            {
                int attempt = context.GetRetryAttempt();
                bool fails = attempt < Failures;
                await run.PrintAsync($"attempt {attempt} {(fails ? "fails" : "succeeds")}");
                if (fails)
                    throw new InvalidOperationException("not yet");
            });
        }));

        await started.Bus.Publish(new OrderPlaced(1));

        await run.PrintedAsync(Failures + 1);
    }
}
