using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>Routes each message to a random binding, whatever its routing key (x-random).</summary>
internal class RandomRouter : ChoosingRouter
{
    private readonly SortedBindings _bindings = new();

    public override void Validate(Binding binding)
    {
    }

    public override void Add(Binding binding) => _bindings.Add(binding);

    public override void Remove(Binding binding) => _bindings.Remove(binding);

    public override Choice? Choose(ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties) =>
        _bindings.Count == 0 ? null : _bindings[Random.Shared.Next(_bindings.Count)];
}
