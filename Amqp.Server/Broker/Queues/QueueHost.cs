using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>The services of a virtual host for its queues and exchanges.</summary>
/// <param name="VirtualHost">Name of the virtual host.</param>
/// <param name="Services">Services of the broker.</param>
/// <param name="Statistics">Message counts of the virtual host.</param>
/// <param name="DeadLetters">Publisher of the dead letters of the queues.</param>
internal sealed record QueueHost(string VirtualHost, QueueServices Services, VirtualHostStatistics Statistics, IDeadLetters DeadLetters);
