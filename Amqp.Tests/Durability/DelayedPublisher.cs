namespace Amqp.Tests.Durability;

/// <summary>Publishes delayed messages. Some delays are short, and some are longer than a round of the test.</summary>
internal sealed class DelayedPublisher(int publisher, WandererLedger ledger, Random random) : CrashPublisher(publisher, window: 50, random)
{
    private const int ShortDelay = 100, LongestDelay = 3000; // in milliseconds

    protected override CrashAddress Address(CrashMessage message)
    {
        int delay = Random.Next(1, Random.Next(2) == 0 ? ShortDelay : LongestDelay);
        var properties = message.Properties(persistent: true);
        properties.Headers = new Dictionary<string, object?> { ["x-delay"] = delay };
        ledger.Publish(message.Serial, DateTime.UtcNow.AddMilliseconds(delay));
        return new CrashAddress(DelayedTopology.Exchange, "", properties);
    }

    protected override void OnConfirmed(Serial serial) => ledger.Confirm(serial);
}
