using Amqp.Server.Broker;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Channels;
using Amqp.Server.Connections;
using Amqp.Server.Logging;

namespace Amqp.Server.Hosting;

/// <summary>Logs all events of the broker at level <c>debug</c>.</summary>
internal sealed class EventLog(ILoggerFactory loggers) : IBrokerEventListener
{
    private readonly ILogger _connection = loggers.CreateLogger<AmqpConnection>();
    private readonly ILogger _channel = loggers.CreateLogger<AmqpChannel>();
    private readonly ILogger _queue = loggers.CreateLogger<Queue>();
    private readonly ILogger _other = loggers.CreateLogger<MessageBroker>();

    /// <inheritdoc/>
    public bool IsListening => IsOn(_connection) || IsOn(_channel) || IsOn(_queue) || IsOn(_other);

    /// <inheritdoc/>
    public void Hear(BrokerEvent happened)
    {
        var logger = happened.Name.Split('.')[0] switch
        {
            "connection" => _connection,
            "channel" or "consumer" => _channel,
            "queue" or "exchange" or "binding" => _queue,
            _ => _other,
        };
        if (IsOn(logger))
            logger.Happened(happened.Name, string.Join(", ", happened.Facts.Select(fact => $"{fact.Key}: {fact.Value}")));
    }

    private static bool IsOn(ILogger logger) => logger.IsEnabled(LogLevel.Debug);
}
