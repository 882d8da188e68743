using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Settings that are made while the broker runs, in one virtual host each: RabbitMQ's runtime parameters.</summary>
/// <remarks>Thread-safe, under a lock of its own, under which components are told of their changes. Components are added before anyone connects.</remarks>
internal sealed class RuntimeParameters(DefinitionStore definitions)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Component, string VirtualHost, string Name), FieldValue> _values = [];
    private readonly Dictionary<string, ParameterComponent> _components = [];

    /// <summary>Hears of parameters that are set and cleared.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>All parameters, in order of component, virtual host and name.</summary>
    public IReadOnlyList<Parameter> All
    {
        get
        {
            lock (_lock)
                return [.. _values.Select(entry => new Parameter(entry.Key.Component, entry.Key.VirtualHost, entry.Key.Name, entry.Value))];
        }
    }

    /// <summary>Makes a component known: parameters of no other can be set.</summary>
    public void Add(ParameterComponent component) => _components.Add(component.Name, component);

    /// <summary>Whether there is such a component.</summary>
    public bool Knows(string component) => _components.ContainsKey(component);

    /// <summary>Whether a parameter could be set so.</summary>
    /// <exception cref="ValidationException">There is no such component, or it does not take the value.</exception>
    public void Validate(string component, string name, FieldValue value) => Demand(component).Validate(name, value);

    public FieldValue? Find(string component, string virtualHost, string name)
    {
        lock (_lock)
            return _values.TryGetValue((component, virtualHost, name), out var value) ? value : null;
    }

    /// <summary>Adds or replaces a parameter.</summary>
    /// <returns>True when it is a new one.</returns>
    /// <exception cref="ValidationException">There is no such component, or it does not take the value.</exception>
    public bool Put(string component, string virtualHost, string name, FieldValue value) => Change(component, virtualHost, name, _ => value);

    /// <summary>Changes a parameter by what it is now, null when it is not set.</summary>
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

    /// <returns>False when there is none.</returns>
    public bool Remove(string component, string virtualHost, string name)
    {
        lock (_lock)
        {
            if (!_values.ContainsKey((component, virtualHost, name)))
                return false;
            definitions.DeleteValue(DefinitionKey.OfParameter(component, virtualHost, name)); // first: what cannot be removed stays
            _values.Remove((component, virtualHost, name));
            _components.GetValueOrDefault(component)?.OnChanged(virtualHost, name, null);
            Events.ParameterChanged(component, virtualHost, name, null);
            return true;
        }
    }

    /// <summary>Removes all parameters of a virtual host that is gone.</summary>
    public void RemoveAll(string virtualHost)
    {
        foreach (var parameter in All.Where(parameter => parameter.VirtualHost == virtualHost))
            Remove(parameter.Component, virtualHost, parameter.Name);
    }

    private ParameterComponent Demand(string component) =>
        _components.TryGetValue(component, out var owner) ? owner : throw new ValidationException($"component {component} not found");

    /// <summary>Reads what the definitions hold and tells the components.</summary>
    public void Restore()
    {
        foreach (var (names, value) in definitions.Values(DefinitionKey.Parameters))
        {
            _values[(names[0], names[1], names[2])] = value;
            _components.GetValueOrDefault(names[0])?.OnChanged(names[1], names[2], value);
        }
    }
}

/// <summary>Something that is set up by runtime parameters.</summary>
/// <param name="Name">As it stands in the parameters' address.</param>
/// <param name="Validate">Takes name and value, and throws a <see cref="ValidationException"/> for what cannot be.</param>
/// <param name="OnChanged">Told virtual host, name and new value, null for one that was removed. Called under a lock: it must not wait.</param>
internal sealed record ParameterComponent(string Name, Action<string, FieldValue> Validate, Action<string, string, FieldValue?> OnChanged);

/// <summary>One runtime parameter.</summary>
internal readonly record struct Parameter(string Component, string VirtualHost, string Name, FieldValue Value);
