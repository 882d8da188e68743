namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Thrown for an incomplete or invalid definition.</summary>
/// <param name="reason">Reason in RabbitMQ's words. If there are several parts, the HTTP API returns an array of them.</param>
internal sealed class DefinitionException(params string[] reason) : Exception(string.Join(' ', reason))
{
    public IReadOnlyList<string> Reason { get; } = reason;
}
