namespace Amqp.Tests.Durability;

/// <summary>
/// Publishes each message either to one queue, or to all queues through the fanout exchange. A few messages are transient.
/// </summary>
internal sealed class SpreadPublisher(int publisher, CrashLedger ledger, CrashTopology topology, Random random)
    : CrashPublisher(publisher, window: 300, random)
{
    protected override CrashAddress Address(CrashMessage message)
    {
        bool isPersistent = Random.Next(20) != 0;
        var only = Random.Next(60) switch
        {
            0 => topology.Stuck,
            < 20 => null,
            _ => topology.Direct,
        };
        if (isPersistent)
            ledger.Publish(message.Serial, only);
        return new CrashAddress(only is null ? CrashTopology.Spread : "", only?.Name ?? "", message.Properties(isPersistent));
    }

    protected override void OnConfirmed(Serial serial) => ledger.Confirm(serial);
}
