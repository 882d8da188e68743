using System.Globalization;

namespace Amqp.Tests.Durability;

/// <summary>Publishes to the queues that dead-letter their messages.</summary>
internal sealed class DyingPublisher(int publisher, WandererLedger ledger, Random random) : CrashPublisher(publisher, window: 100, random)
{
    private const int LongestLife = 300; // in milliseconds

    protected override CrashAddress Address(CrashMessage message)
    {
        string queue = DyingTopology.Heads[Random.Next(DyingTopology.Heads.Length)];
        var properties = message.Properties(persistent: true);
        if (queue == DyingTopology.Own || Random.Next(8) == 0)
            properties.Expiration = Random.Next(LongestLife).ToString(CultureInfo.InvariantCulture);
        ledger.Publish(message.Serial);
        return new CrashAddress("", queue, properties);
    }

    protected override void OnConfirmed(Serial serial) => ledger.Confirm(serial);
}
