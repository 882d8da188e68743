namespace Amqp.Tests.Durability;

/// <summary>Publishes messages of all priorities to the priority queue.</summary>
internal sealed class PriorityPublisher(int publisher, CrashLedger ledger, CrashTopology topology, Random random)
    : CrashPublisher(publisher, window: 50, random)
{
    protected override CrashAddress Address(CrashMessage message)
    {
        var properties = message.Properties(persistent: true);
        properties.Priority = (byte)Random.Next(CrashTopology.MaxPriority + 3); // a priority above the maximum counts as the maximum
        ledger.Publish(message.Serial, topology.Prioritized);
        return new CrashAddress("", topology.Prioritized.Name, properties);
    }

    protected override void OnConfirmed(Serial serial) => ledger.Confirm(serial);
}
