namespace Amqp.Tests.Interop;

/// <summary>
/// Base of the tests of Celery. Their broker reports RabbitMQ as its product. The reason is Celery's library kombu, which chooses the kind
/// of prefetch by the product. For any other product, kombu assumes that a new prefetch count applies to existing consumers. In this broker
/// and in RabbitMQ, it applies to new consumers only.
/// </summary>
public abstract class CeleryFixture() : InteropFixture(ClientLanguage.Celery)
{
    private Uri? _broker;

    protected override Uri BrokerUri => _broker!;

    [OneTimeSetUp]
    public async Task FindBrokerAsync() => _broker = await InteropRun.NamedRabbitMqAsync();
}
