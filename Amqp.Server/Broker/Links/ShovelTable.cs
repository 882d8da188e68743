using System.Collections.Concurrent;
using Amqp.Server.Broker.Parameters;

namespace Amqp.Server.Broker.Links;

/// <summary>The dynamic shovels, as the runtime parameters define them. Thread-safe.</summary>
internal sealed class ShovelTable
{
    private readonly ConcurrentDictionary<(string VirtualHost, string Name), ShovelDefinition> _definitions = new();

    /// <summary>Raised after a change, with virtual host and name. Handlers run under a lock and must not wait.</summary>
    public event Action<string, string>? Changed;

    /// <summary>The component of the runtime parameters.</summary>
    public ParameterComponent Component => new(
        ShovelDefinition.Component,
        (name, value) => ShovelParameter.Read("", name, value),
        (virtualHost, name, value) =>
        {
            if (value is { } set)
                _definitions[(virtualHost, name)] = ShovelParameter.Read(virtualHost, name, set);
            else
                _definitions.TryRemove((virtualHost, name), out _);
            Changed?.Invoke(virtualHost, name);
        });

    public IReadOnlyCollection<ShovelDefinition> All => [.. _definitions.Values];

    public ShovelDefinition? Find(string virtualHost, string name) => _definitions.GetValueOrDefault((virtualHost, name));
}
