using MassTransit;

namespace MassTransit8;

/// <summary>Sends twenty requests at once. All responses arrive in one queue, and MassTransit finds the request of each response.</summary>
internal static class Request
{
    private const int Count = 20;

    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(configure => configure.EmptyEndpoint(run.Queue,
            endpoint => endpoint.Handler<PriceWanted>(context => context.RespondAsync(new Price(context.Message.Number * 10)))));
        IRequestClient<PriceWanted> client = started.Bus.CreateRequestClient<PriceWanted>(run.Address);

        Response<Price>[] responses = await Task.WhenAll(
            Enumerable.Range(1, Count).Select(number => client.GetResponse<Price>(new PriceWanted(number))));

        for (int number = 1; number <= Count; number++)
            await run.PrintAsync($"{number} costs {responses[number - 1].Message.Amount}");
    }
}
