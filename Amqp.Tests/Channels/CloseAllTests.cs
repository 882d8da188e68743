using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>The broker closes all connections at once when it stops, or when maintenance mode begins.</summary>
public sealed class CloseAllTests
{
    [Test]
    public async Task Who_does_not_answer_in_time_is_cut_off_and_it_is_no_error_to_the_log()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        var uri = new Uri($"amqp://127.0.0.1:{broker.Port}");
        await using var silent = await RawClient.DialAsync(uri);
        await silent.OpenAsync();
        await using var polite = await RawClient.DialAsync(uri);
        await polite.OpenAsync();

        var closing = broker.Connections.CloseAllAsync("enough", TimeSpan.FromMilliseconds(500));
        await polite.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - enough");
        await polite.SendAsync(0, new ConnectionCloseOk());
        await polite.ExpectEndAsync();
        await closing;

        await silent.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - enough");
        await silent.ExpectEndAsync();
        await Eventually.Holds(() => broker.Connections.Count == 0, () => "the connection is still there");
        Assert.That(broker.Log, Has.None.Contains("CONNECTION_FORCED"));
    }
}
