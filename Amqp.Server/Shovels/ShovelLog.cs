using Amqp.Server.Client;

namespace Amqp.Server.Shovels;

/// <summary>The log lines of shovels.</summary>
internal static partial class ShovelLog
{
    [LoggerMessage(600, LogLevel.Information, "Shovel '{Name}' in vhost '{VirtualHost}' moves messages from {Source} to {Destination}")]
    public static partial void ShovelRuns(this ILogger logger, string name, string virtualHost, AmqpUri source, AmqpUri destination);

    [LoggerMessage(601, LogLevel.Warning, "Shovel '{Name}' in vhost '{VirtualHost}' failed: {Reason}")]
    public static partial void ShovelFailed(
        this ILogger logger, Exception? bug, string name, string virtualHost, string reason);

    [LoggerMessage(602, LogLevel.Information, "Shovel '{Name}' in vhost '{VirtualHost}' has moved all messages and deletes itself")]
    public static partial void ShovelDone(this ILogger logger, string name, string virtualHost);
}
