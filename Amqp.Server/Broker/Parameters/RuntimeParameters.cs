using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;

namespace Amqp.Server.Broker.Parameters;

/// <summary>RabbitMQ's runtime parameters. Each belongs to a virtual host and a component. Thread-safe.</summary>
/// <remarks>Components are notified of changes under a lock. All components are added before the first client connects.</remarks>
internal sealed class RuntimeParameters(DefinitionStore definitions)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Component, string VirtualHost, string Name), FieldValue> _values = [];
    private readonly Dictionary<string, ParameterComponent> _components = [];

    /// <summary>Receives events about changed parameters.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>All parameters, sorted by component, virtual host and name.</summary>
    public IReadOnlyList<Parameter> All
    {
        get
        {
            lock (_lock)
                return [.. _values.Select(entry => new Parameter(entry.Key.Component, entry.Key.VirtualHost, entry.Key.Name, entry.Value))];
        }
    }

    /// <summary>Registers a component. Only parameters of registered components can be set.</summary>
    public void Add(ParameterComponent component) => _components.Add(component.Name, component);

    /// <summary>True if the component is registered.</summary>
    public bool Knows(string component) => _components.ContainsKey(component);

    /// <summary>Checks a value without setting it.</summary>
    /// <exception cref="ValidationException">The component is unknown, or refuses the value.</exception>
    public void Validate(string component, string name, FieldValue value) => Demand(component).Validate(name, value);

    public FieldValue? Find(string component, string virtualHost, string name)
    {
        lock (_lock)
            return _values.TryGetValue((component, virtualHost, name), out var value) ? value : null;
    }

    /// <summary>Adds or replaces a parameter.</summary>
    /// <returns>True if the parameter was not set before.</returns>
    /// <exception cref="ValidationException">The component is unknown, or refuses the value.</exception>
    public bool Put(string component, string virtualHost, string name, FieldValue value) =>
        Change(component, virtualHost, name, _ => value);

    /// <summary>
    /// Sets a parameter to the value that a function computes from the current value, or from null if the parameter is not set.
    /// </summary>
    /// <inheritdoc cref="Put"/>
    public bool Change(string component, string virtualHost, string name, Func<FieldValue?, FieldValue> change)
    {
        var owner = Demand(component);
        lock (_lock)
        {
            bool isNew = !_values.TryGetValue((component, virtualHost, name), out var current);
            var value = change(isNew ? null : current);
            owner.Validate(name, value);
            definitions.SaveValue(DefinitionKey.OfParameter(component, virtualHost, name), value);
            _values[(component, virtualHost, name)] = value;
            owner.OnChanged(virtualHost, name, value);
            Events.ParameterChanged(component, virtualHost, name, value);
            return isNew;
        }
    }

    /// <returns>False if the parameter is not set.</returns>
    public bool Remove(string component, string virtualHost, string name)
    {
        lock (_lock)
        {
            if (!_values.ContainsKey((component, virtualHost, name)))
                return false;
            // This call comes first: if the catalog throws, the parameter stays in memory, too.
            definitions.DeleteValue(DefinitionKey.OfParameter(component, virtualHost, name));
            _values.Remove((component, virtualHost, name));
            _components.GetValueOrDefault(component)?.OnChanged(virtualHost, name, null);
            Events.ParameterChanged(component, virtualHost, name, null);
            return true;
        }
    }

    /// <summary>Removes all parameters of a deleted virtual host.</summary>
    public void RemoveAll(string virtualHost)
    {
        foreach (var parameter in All.Where(parameter => parameter.VirtualHost == virtualHost))
            Remove(parameter.Component, virtualHost, parameter.Name);
    }

    private ParameterComponent Demand(string component) =>
        _components.TryGetValue(component, out var owner) ? owner : throw new ValidationException($"component {component} not found");

    /// <summary>Reads all parameters from the catalog and notifies the components.</summary>
    public void Restore()
    {
        foreach (var (names, value) in definitions.Values(DefinitionKey.Parameters))
        {
            _values[(names[0], names[1], names[2])] = value;
            _components.GetValueOrDefault(names[0])?.OnChanged(names[1], names[2], value);
        }
    }
}

/// <summary>A part of the broker whose settings are runtime parameters.</summary>
/// <param name="Name">Name of the component, as in the HTTP path of its parameters.</param>
/// <param name="Validate">Checks a parameter's name and value. Throws a <see cref="ValidationException"/> if they are invalid.</param>
/// <param name="OnChanged">
/// Called after a change, with the parameter's virtual host, name and new value. The value is null after a removal. Called under a lock;
/// must not wait.
/// </param>
internal sealed record ParameterComponent(string Name, Action<string, FieldValue> Validate, Action<string, string, FieldValue?> OnChanged);

/// <summary>One runtime parameter.</summary>
internal sealed record Parameter(string Component, string VirtualHost, string Name, FieldValue Value);
