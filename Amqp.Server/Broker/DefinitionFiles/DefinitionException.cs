namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Thrown for an incomplete or invalid definition.</summary>
/// <param name="reason">
/// Reason in RabbitMQ's words. If the reason has several parts, the HTTP API returns them as an array, as RabbitMQ does.
/// </param>
internal sealed class DefinitionException(params string[] reason) : Exception(string.Join(' ', reason))
{
    public IReadOnlyList<string> Reason { get; } = reason;
}
