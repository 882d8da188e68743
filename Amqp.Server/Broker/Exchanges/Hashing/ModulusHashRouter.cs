using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>
/// Routes each message to one binding (x-modulus-hash). The index of the binding is the routing key's hash modulo the number of bindings.
/// While the bindings are unchanged, messages with the same key go to the same destination, even after a restart. After a change of the
/// bindings, most keys go to another destination.
/// </summary>
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
