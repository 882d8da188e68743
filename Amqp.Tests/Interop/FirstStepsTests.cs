namespace Amqp.Tests.Interop;

/// <summary>
/// Beginners' programs for pika work with the broker. Some programs omit a step: they do not declare their queue, do not acknowledge a
/// message, or do not close the connection.
/// </summary>
[TestFixture]
public sealed class FirstStepsTests() : InteropFixture(ClientLanguage.Python)
{
    [Test]
    public async Task A_message_that_is_never_acknowledged_comes_again_on_the_next_connection()
    {
        string queue = Unique("hello");
        await RunAsync("first_steps", "send", "--queue", queue);
        Assert.That(await RunAsync("first_steps", "receive", "--queue", queue), Does.Contain(" [x] Received 'Hello World!'"));

        Assert.That(await RunAsync("first_steps", "receive-and-ack", "--queue", queue),
            Does.Contain(" [x] Received 'Hello World!' again"));
    }

    [Test]
    public async Task A_producer_that_leaves_without_closing_has_its_message_kept()
    {
        string queue = Unique("hello");
        await RunAsync("hello_producer", "--queue", queue, "--count", "0"); // with a count of 0, the program only declares the queue

        await RunAsync("first_steps", "send-only", "--queue", queue);

        Assert.That(await RunAsync("first_steps", "receive-and-ack", "--queue", queue), Does.Contain(" [x] Received 'Hello World!'"));
    }

    [Test]
    public async Task A_queue_may_be_bound_to_the_default_exchange_as_it_already_is()
    {
        if (!InteropRun.IsOwnBroker)
            Assert.Ignore("RabbitMQ refuses every bind to the default exchange; this broker accepts one that changes nothing.");
        string queue = Unique("hello");

        Assert.That(await RunAsync("first_steps", "bind", "--queue", queue), Does.Contain($" [x] Bound '{queue}'"));
    }
}
