using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The parts of the broker that all sessions use.</summary>
/// <param name="Options">Options of the broker.</param>
/// <param name="Permissions">Permissions of users.</param>
/// <param name="Commits">Notifies sessions of commits of the store.</param>
/// <param name="Events">The stream that events are raised on.</param>
/// <param name="Faults">Receives unexpected exceptions.</param>
/// <param name="HeldMemory">Counts the bytes that clients occupy outside of the message store.</param>
/// <param name="Alarms">Memory and disk alarms, which block publishers.</param>
/// <param name="Processors">The load of the machine's processors.</param>
/// <param name="Clock">The time for the deliveries and acknowledgements of consumers.</param>
internal sealed record SessionServices(
    BrokerOptions Options,
    PermissionStore Permissions,
    CommitNotifier Commits,
    BrokerEvents Events,
    ContainedFaults Faults,
    HeldMemory HeldMemory,
    ResourceAlarms Alarms,
    ProcessorLoad Processors,
    CoarseClock Clock);
