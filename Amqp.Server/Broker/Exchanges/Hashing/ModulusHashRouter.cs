using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>
/// Routes each message to one binding (x-modulus-hash). The hash of the routing key modulo the number of bindings is the binding's index.
/// </summary>
/// <remarks>If a binding is added or removed, most routing keys get another destination.</remarks>
internal sealed class ModulusHashRouter : ChoosingRouter
{
    private readonly SortedBindings _bindings = new();

    public override void Validate(Binding binding)
    {
    }

    public override void Add(Binding binding) => _bindings.Add(binding);

    public override void Remove(Binding binding) => _bindings.Remove(binding);

    public override Choice? Choose(ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties) =>
        _bindings.Count == 0 ? null : _bindings[(int)(StableHash.Of(routingKey) % (ulong)_bindings.Count)];
}
