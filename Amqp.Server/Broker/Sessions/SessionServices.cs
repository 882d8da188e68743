using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.Sessions;

/// <summary>What all clients' sessions work with. The same for as long as the broker runs.</summary>
/// <param name="Options">The limits of sessions.</param>
/// <param name="Permissions">What users may do.</param>
/// <param name="Commits">Tells sessions when the store has made their messages durable.</param>
/// <param name="Events">Tells what happens to whoever listens.</param>
/// <param name="Faults">Where unexpected exceptions end.</param>
/// <param name="HeldMemory">What clients make the broker hold besides messages.</param>
/// <param name="Alarms">Block publishers while memory or disk is short.</param>
internal sealed record SessionServices(
    BrokerOptions Options, PermissionStore Permissions, CommitNotifier Commits, BrokerEvents Events, ContainedFaults Faults, HeldMemory HeldMemory,
    ResourceAlarms Alarms);
