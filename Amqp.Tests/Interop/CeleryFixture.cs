namespace Amqp.Tests.Interop;

/// <summary>
/// Base of the tests of Celery. Their broker reports RabbitMQ as its product, because Celery's library kombu looks at the product to choose
/// the kind of prefetch. For any other product, kombu assumes that a new prefetch count applies to existing consumers, which is not so in
/// RabbitMQ.
/// </summary>
public abstract class CeleryFixture() : InteropFixture(ClientLanguage.Celery)
{
    private Uri? _broker;

    protected override Uri BrokerUri => _broker!;

    [OneTimeSetUp]
    public async Task FindBrokerAsync() => _broker = await InteropRun.NamedRabbitMqAsync();
}
