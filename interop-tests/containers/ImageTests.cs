using System.Text;
using RabbitMQ.Client;

namespace Containers;

/// <summary>Tests the image's size, user and health check, and its reaction to a crash and a stop.</summary>
public sealed class ImageTests
{
    private const int Messages = 200;
    private const string Queue = "orders";

    [Test]
    public async Task The_files_of_the_broker_have_less_than_30_MB() =>
        Assert.That(await ImageUnderTest.OwnSizeAsync(), Is.LessThan(30_000_000));

    [Test]
    public async Task The_broker_does_not_run_as_root() =>
        Assert.That(await Shell.DockerAsync("image", "inspect", "-f", "{{.Config.User}}", ImageUnderTest.Name), Is.EqualTo("999:999"));

    [Test]
    public async Task The_container_becomes_healthy_by_the_brokers_own_check()
    {
        await using var broker = await BrokerContainer.StartAsync();

        await BrokerContainer.EventuallyAsync(
            async () => await broker.InspectAsync("{{.State.Health.Status}}") == "healthy", "the container is not healthy");
    }

    [Test]
    public async Task Any_user_may_run_the_broker()
    {
        await using var broker = await BrokerContainer.StartAsync(
            builder => builder.WithCreateParameterModifier(parameters => parameters.User = "12345:0"));

        await using var connection = await broker.ConnectAsync();
        Assert.That(connection.IsOpen);
    }

    [Test]
    public async Task Confirmed_messages_survive_a_kill()
    {
        await using var broker = await BrokerContainer.StartAsync();
        await PublishAsync(broker);

        await broker.KillAndStartAsync();

        Assert.That(await CountAsync(broker), Is.EqualTo(Messages));
    }

    [Test]
    public async Task A_stop_ends_with_exit_code_0_and_loses_nothing()
    {
        await using var broker = await BrokerContainer.StartAsync();
        await PublishAsync(broker);

        int code = await broker.StopAsync();

        Assert.That(code, Is.Zero, await broker.LogAsync());
        await broker.StartAgainAsync();
        Assert.That(await CountAsync(broker), Is.EqualTo(Messages));
    }

    [Test]
    public async Task Another_container_with_the_same_volume_has_the_messages()
    {
        string volume = $"amqpbroker-{Guid.NewGuid():N}";
        try
        {
            await using (var first = await BrokerContainer.StartAsync(builder => builder.WithVolumeMount(volume, "/var/lib/rabbitmq")))
            {
                await PublishAsync(first);
                await first.StopAsync();
            }

            await using var second = await BrokerContainer.StartAsync(builder => builder.WithVolumeMount(volume, "/var/lib/rabbitmq"));
            Assert.That(await CountAsync(second), Is.EqualTo(Messages));
        }
        finally
        {
            await Shell.TryAsync(Shell.Client, ["volume", "rm", volume]);
        }
    }

    private static async Task PublishAsync(BrokerContainer broker)
    {
        await using var connection = await broker.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        for (int i = 0; i < Messages; i++)
            await channel.BasicPublishAsync(
                "", Queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes($"message {i}"));
    }

    private static async Task<uint> CountAsync(BrokerContainer broker)
    {
        await using var connection = await broker.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(Queue)).MessageCount;
    }
}
