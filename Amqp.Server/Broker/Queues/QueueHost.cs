using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>What a virtual host gives its queues and exchanges to work with.</summary>
/// <param name="VirtualHost">Its name.</param>
/// <param name="Services">Those of the broker.</param>
/// <param name="Statistics">What is counted in the virtual host.</param>
/// <param name="DeadLetters">Where messages go that die in its queues.</param>
internal sealed record QueueHost(string VirtualHost, QueueServices Services, VirtualHostStatistics Statistics, IDeadLetters DeadLetters);
