using Amqp.Server.Client;

namespace Amqp.Server.Federation;

/// <summary>The log lines of federation.</summary>
internal static partial class FederationLog
{
    [LoggerMessage(610, LogLevel.Information,
        "Federation {Kind} '{Name}' in vhost '{VirtualHost}' connected to '{UpstreamName}' on {Upstream}")]
    public static partial void LinkRuns(
        this ILogger logger, string kind, string name, string virtualHost, string upstreamName, AmqpUri upstream);

    [LoggerMessage(611, LogLevel.Warning,
        "Federation {Kind} '{Name}' in vhost '{VirtualHost}' has lost its link to upstream '{Upstream}': {Reason}")]
    public static partial void LinkFailed(
        this ILogger logger, Exception? bug, string kind, string name, string virtualHost, string upstream, string reason);

    [LoggerMessage(612, LogLevel.Warning,
        "Federation {Kind} '{Name}' in vhost '{VirtualHost}' could not delete its objects at upstream '{Upstream}': {Reason}")]
    public static partial void LinkLeavesObjects(
        this ILogger logger, string kind, string name, string virtualHost, string upstream, string reason);
}
