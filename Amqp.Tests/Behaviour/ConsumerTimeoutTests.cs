using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// The broker closes the channel of a consumer that does not acknowledge a delivery within the consumer timeout of the queue.
/// </summary>
public class ConsumerTimeoutTests : BehaviourTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task The_channel_is_closed_and_the_message_goes_back(bool consumes)
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 has no consumer timeout per queue.");
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, 200);
        await channel.PublishAsync("", queue, "a");
        if (consumes)
        {
            await channel.ConsumeAsync(queue, "a");
            await channel.ExpectDeliveryAsync();
        }
        else
        {
            await channel.GetAsync(queue, noAck: false);
        }

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: "
                + "200 ms. This timeout value can be configured, see consumers doc guide to learn more",
            default);
        var other = await channel.Client.OpenChannelAsync(2);
        Assert.That((await other.GetAsync(queue)).Method.Redelivered, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_delivery_is_late_beside_one_that_has_more_time(bool patientFirst)
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 has no consumer timeout per queue.");
        var channel = await OpenChannelAsync();
        string patient = await DeclareAsync(channel, 3_600_000), impatient = await DeclareAsync(channel, 200);
        await channel.PublishAsync("", patient, "a");
        await channel.PublishAsync("", impatient, "b");

        foreach (string queue in patientFirst ? (string[])[patient, impatient] : [impatient, patient])
            await channel.GetAsync(queue, noAck: false);

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: "
                + "200 ms. This timeout value can be configured, see consumers doc guide to learn more",
            default);
    }

    [Test]
    public async Task Who_acknowledges_in_time_may_go_on()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, 3000);
        await channel.ConsumeAsync(queue, "a");

        for (int message = 0; message < 10; message++)
        {
            await channel.PublishAsync("", queue, $"{message}");
            var delivery = await channel.ExpectDeliveryAsync();
            await Task.Delay(400); // the ten delays together are longer than the timeout of 3,000 ms
            await channel.SendAsync(new BasicAck(delivery.Method.DeliveryTag, false));
        }

        await channel.ExpectQuietAsync();
    }

    private static Task<string> DeclareAsync(RawChannel channel, int timeout) =>
        DeclareQueueAsync(channel, Table("x-consumer-timeout", FieldValue.FromInt32(timeout)));
}
