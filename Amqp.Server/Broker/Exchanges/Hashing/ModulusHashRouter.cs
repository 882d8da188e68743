using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>
/// Routes a message to the binding whose index is the hash of the routing key, modulo the number of bindings (x-modulus-hash). Messages
/// with the same key go to the same destination while the bindings stay, also over a restart. After a change of bindings, most keys get
/// another destination.
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
