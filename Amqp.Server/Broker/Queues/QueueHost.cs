using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>The services that a virtual host provides to its queues and exchanges.</summary>
/// <param name="VirtualHost">Name of the virtual host.</param>
/// <param name="Services">Services of the broker.</param>
/// <param name="Statistics">Message counts of the virtual host.</param>
/// <param name="DeadLetters">Publishes dead letters.</param>
internal sealed record QueueHost(string VirtualHost, QueueServices Services, VirtualHostStatistics Statistics, IDeadLetters DeadLetters);
