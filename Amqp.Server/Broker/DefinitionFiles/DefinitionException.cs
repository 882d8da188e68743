namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>An incomplete or invalid definition.</summary>
/// <param name="reason">Reason in RabbitMQ's words. RabbitMQ's HTTP API returns a reason with several parts as an array.</param>
internal sealed class DefinitionException(params string[] reason) : Exception(string.Join(' ', reason))
{
    public IReadOnlyList<string> Reason { get; } = reason;
}
