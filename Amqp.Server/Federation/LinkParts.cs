using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>The parts of the broker that all links use.</summary>
/// <param name="Connector">Connects both ends.</param>
/// <param name="ClusterName">Returns the name of this broker's cluster.</param>
/// <param name="Clock">The time of changes of the state.</param>
/// <param name="Logger">Logs failures.</param>
internal sealed record LinkParts(LinkConnector Connector, Func<string> ClusterName, TimeProvider Clock, ILogger Logger);
