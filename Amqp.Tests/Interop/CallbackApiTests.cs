namespace Amqp.Tests.Interop;

/// <summary>The callback API of amqplib works with the broker. Its events come in the right order.</summary>
[TestFixture]
public sealed class CallbackApiTests() : InteropFixture(ClientLanguage.Node)
{
    [Test]
    public async Task A_return_comes_before_its_confirm() =>
        Assert.That(await RunAsync("confirms_callback", "--count", "200"), Is.EqualTo(new[]
        {
            " [x] Returned 'lost': 312 NO_ROUTE",
            " [x] Confirmed the returned message",
            " [x] Confirmed 200 messages",
        }));

    [Test]
    public async Task An_error_reaches_the_call_then_the_channel_and_leaves_the_connection_open() =>
        Assert.That(await RunAsync("errors_callback", "--queue", Unique("mistakes")), Is.EqualTo(new[]
        {
            " [x] callback: 404 in 50,10",
            " [x] error event: 404",
            " [x] close event",
        }));

    [Test]
    public async Task A_producer_that_never_closes_its_connection_has_its_message_delivered()
    {
        string queue = Unique("hello");
        await using ClientProgram producer = Start("first_steps", "send", "--queue", queue);
        await producer.PrintedAsync("Sent 'Hello World!'");

        Assert.That(await RunAsync("first_steps", "receive", "--queue", queue), Does.Contain(" [x] Received 'Hello World!'"));
    }
}
