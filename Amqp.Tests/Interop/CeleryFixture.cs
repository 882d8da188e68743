namespace Amqp.Tests.Interop;

/// <summary>
/// What the fixtures of Celery share: a broker that names itself RabbitMQ. By that name kombu decides how it asks for prefetch, and with
/// any other it takes for granted that a change of it reaches consumers that are there, which in RabbitMQ it does not.
/// </summary>
public abstract class CeleryFixture() : InteropFixture(ClientLanguage.Celery)
{
    private Uri? _broker;

    /// <inheritdoc/>
    protected override Uri BrokerUri => _broker!;

    [OneTimeSetUp]
    public async Task FindBrokerAsync() => _broker = await InteropRun.NamedRabbitMqAsync();
}
