using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>
/// The hash of the routing key, modulo the number of bindings, chooses one of them (x-modulus-hash). Messages of one key go one way for as long
/// as the bindings stay, over a restart too; when they change, most keys go another way.
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
