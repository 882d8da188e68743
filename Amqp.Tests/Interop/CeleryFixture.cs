namespace Amqp.Tests.Interop;

/// <summary>
/// Base of the Celery fixtures: a broker that reports RabbitMQ as its product, because kombu chooses the kind of prefetch by the product.
/// For any other product kombu assumes that a new prefetch applies to existing consumers, which is false for RabbitMQ.
/// </summary>
public abstract class CeleryFixture() : InteropFixture(ClientLanguage.Celery)
{
    private Uri? _broker;

    /// <inheritdoc/>
    protected override Uri BrokerUri => _broker!;

    [OneTimeSetUp]
    public async Task FindBrokerAsync() => _broker = await InteropRun.NamedRabbitMqAsync();
}
