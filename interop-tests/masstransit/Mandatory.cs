using MassTransit;

namespace MassTransit8;

/// <summary>Sends a mandatory message to an exchange without bindings. The broker returns the message, and the send fails.</summary>
internal static class Mandatory
{
    public static async Task RunAsync(Run run)
    {
        await using StartedBus started = await run.StartBusAsync(_ => { });
        ISendEndpoint endpoint = await started.Bus.GetSendEndpoint(new Uri($"exchange:{run.Queue}"));

        try
        {
            await endpoint.Send(
                new OrderPlaced(1), Pipe.Execute<SendContext<OrderPlaced>>(context => ((RabbitMqSendContext)context).Mandatory = true));
            await run.PrintAsync("sent");
        }
        catch (MessageReturnedException returned)
        {
            await run.PrintAsync($"returned: {returned.Message}");
        }
    }
}
