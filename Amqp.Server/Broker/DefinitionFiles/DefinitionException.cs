namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>A definition that is incomplete or cannot be.</summary>
/// <param name="reason">In RabbitMQ's words; where it names several things, it sends them as an array.</param>
internal sealed class DefinitionException(params string[] reason) : Exception(string.Join(' ', reason))
{
    public IReadOnlyList<string> Reason { get; } = reason;
}
