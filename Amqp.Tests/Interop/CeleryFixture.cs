namespace Amqp.Tests.Interop;

/// <summary>Base of the tests of Celery, with a broker that reports RabbitMQ as its product.</summary>
/// <remarks>
/// In this broker and in RabbitMQ, a new prefetch count applies to new consumers only. For other products, Celery's library kombu expects
/// that the count also applies to existing consumers.
/// </remarks>
public abstract class CeleryFixture() : InteropFixture(ClientLanguage.Celery)
{
    private Uri? _broker;

    protected override Uri BrokerUri => _broker!;

    [OneTimeSetUp]
    public async Task FindBrokerAsync() => _broker = await InteropRun.NamedRabbitMqAsync();
}
