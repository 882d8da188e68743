using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Behaviour;

/// <summary>RabbitMQ's .NET client works with the broker.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[Category("Behaviour")]
public class ClientLibraryTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private IConnection _connection = null!;
    private IChannel _channel = null!;

    [SetUp]
    public async Task Connect()
    {
        _connection = await (await NewFactoryAsync()).CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
    }

    [TearDown]
    public async Task Disconnect()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Test]
    public async Task A_published_message_is_consumed_with_its_properties_and_body()
    {
        string queue = (await _channel.QueueDeclareAsync()).QueueName;
        var delivered = new TaskCompletionSource<(IReadOnlyBasicProperties Properties, byte[] Body)>();
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            delivered.TrySetResult((delivery.BasicProperties, delivery.Body.ToArray()));
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer);

        var properties = new BasicProperties { ContentType = "text/plain", Headers = new Dictionary<string, object?> { ["n"] = 5 } };
        await _channel.BasicPublishAsync("", queue, mandatory: true, properties, "hello"u8.ToArray());

        var (received, body) = await delivered.Task.WaitAsync(_patience);
        Assert.That(received.ContentType, Is.EqualTo("text/plain"));
        Assert.That(received.Headers?["n"], Is.EqualTo(5));
        Assert.That(body, Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    public async Task Publishing_with_tracked_confirms_ends_when_each_is_confirmed()
    {
        await using var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        string queue = (await channel.QueueDeclareAsync()).QueueName;

        for (int message = 0; message < 100; message++)
            await channel.BasicPublishAsync("", queue, "hello"u8.ToArray()).AsTask().WaitAsync(_patience);

        Assert.That(await channel.MessageCountAsync(queue), Is.EqualTo(100));
    }

    [Test]
    public async Task Publishing_with_tracked_confirms_fails_when_a_mandatory_message_comes_back()
    {
        await using var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));

        Assert.That(
            async () => await channel.BasicPublishAsync("", "nowhere", mandatory: true, "hello"u8.ToArray()),
            Throws.InstanceOf<PublishException>().With.Property(nameof(PublishException.IsReturn)).True);
    }

    [Test]
    public void A_channel_error_is_told_to_whoever_asked() =>
        Assert.That(
            async () => await _channel.QueueDeclarePassiveAsync("nope"),
            Throws.InstanceOf<OperationInterruptedException>()
                .With.Property(nameof(OperationInterruptedException.ShutdownReason))
                .Property(nameof(ShutdownEventArgs.ReplyCode))
                .EqualTo(404));

    [Test]
    public async Task A_publish_to_nowhere_shuts_the_channel_down_from_the_peers_side()
    {
        var shutdown = new TaskCompletionSource<ShutdownEventArgs>();
        _channel.ChannelShutdownAsync += (_, reason) =>
        {
            shutdown.TrySetResult(reason);
            return Task.CompletedTask;
        };

        await _channel.BasicPublishAsync("nope", "k", "hello"u8.ToArray());

        var reason = await shutdown.Task.WaitAsync(_patience);
        Assert.That((reason.Initiator, reason.ReplyCode), Is.EqualTo((ShutdownInitiator.Peer, (ushort)404)));
        Assert.That((reason.ClassId, reason.MethodId), Is.EqualTo(((ushort)60, (ushort)40)));
    }

    [Test]
    public async Task A_deleted_queue_unregisters_its_consumer()
    {
        string queue = (await _channel.QueueDeclareAsync()).QueueName;
        var unregistered = new TaskCompletionSource();
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.UnregisteredAsync += (_, _) =>
        {
            unregistered.TrySetResult();
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer);

        await _channel.QueueDeleteAsync(queue);

        Assert.That(async () => await unregistered.Task.WaitAsync(_patience), Throws.Nothing);
    }

    [Test]
    public async Task A_wrong_password_is_an_authentication_failure()
    {
        var factory = await NewFactoryAsync();
        factory.Password = "wrong";

        Assert.That(
            async () => await factory.CreateConnectionAsync(),
            Throws.InstanceOf<BrokerUnreachableException>().With.InnerException.InstanceOf<AuthenticationFailureException>());
    }

    [Test]
    public async Task A_thousand_small_messages_go_round_in_order()
    {
        const int count = 1000;
        string queue = (await _channel.QueueDeclareAsync()).QueueName;
        var received = new List<int>();
        var all = new TaskCompletionSource();
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            received.Add(BitConverter.ToInt32(delivery.Body.Span));
            await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            if (received.Count == count)
                all.TrySetResult();
        };
        await _channel.BasicQosAsync(0, 10, global: false);
        await _channel.BasicConsumeAsync(queue, autoAck: false, consumer);

        for (int message = 0; message < count; message++)
            await _channel.BasicPublishAsync("", queue, BitConverter.GetBytes(message));

        await all.Task.WaitAsync(_patience);
        Assert.That(received, Is.EqualTo(Enumerable.Range(0, count)));
    }

    private static async Task<ConnectionFactory> NewFactoryAsync() =>
        new() { Uri = await BrokerTarget.UriAsync, AutomaticRecoveryEnabled = false, ClientProvidedName = "behaviour tests" };
}
