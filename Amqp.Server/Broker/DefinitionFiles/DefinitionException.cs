namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Thrown for an incomplete or invalid definition.</summary>
/// <param name="reason">Reason in RabbitMQ's words. The HTTP API returns several parts as an array.</param>
internal sealed class DefinitionException(params string[] reason) : Exception(string.Join(' ', reason))
{
    public IReadOnlyList<string> Reason { get; } = reason;
}
