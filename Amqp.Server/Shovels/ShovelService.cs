using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Links;
using Amqp.Server.Configuration;
using Amqp.Server.Links;

namespace Amqp.Server.Shovels;

/// <summary>Runs the shovels that the runtime parameters and the configuration define.</summary>
/// <remarks>Thread-safe. The lock guards the table of running shovels.</remarks>
internal sealed class ShovelService(
    Lazy<MessageBroker> broker, LinkConnector connector, ContainedFaults faults, TimeProvider clock, ILogger<Shovel> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string VirtualHost, string Name), Shovel> _running = [];
    private IReadOnlyList<ShovelDefinition> _static = [];
    private bool _isStarted;

    /// <summary>The shovels, static ones first, sorted by virtual host and name.</summary>
    public IReadOnlyList<Shovel> All
    {
        get
        {
            lock (_lock)
                return [.. _running.OrderBy(entry => entry.Key).Select(entry => entry.Value)];
        }
    }

    /// <summary>Reads the static shovels, so that an invalid one stops the start of the broker.</summary>
    /// <exception cref="ConfigurationException">A definition is invalid.</exception>
    public void Load(IEnumerable<StaticShovel> shovels) => _static = StaticShovels.Read(shovels);

    /// <summary>Starts all shovels, and follows changes of their parameters.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _isStarted = true;
            foreach (var definition in _static)
                Run(definition);
        }
        broker.Value.Links.Shovels.Changed += Apply;
        foreach (var definition in broker.Value.Links.Shovels.All)
            Apply(definition.VirtualHost, definition.Name);
    }

    public async Task StopAsync()
    {
        Shovel[] stopping;
        lock (_lock)
        {
            _isStarted = false;
            stopping = [.. _running.Values];
            _running.Clear();
        }
        await Task.WhenAll(stopping.Select(shovel => shovel.DisposeAsync().AsTask()));
    }

    public Shovel? Find(string virtualHost, string name)
    {
        lock (_lock)
            return _running.GetValueOrDefault((virtualHost, name));
    }

    /// <summary>Stops a shovel and starts it again.</summary>
    /// <returns>False if there is no such shovel.</returns>
    public bool Restart(string virtualHost, string name)
    {
        if (broker.Value.Links.Shovels.Find(virtualHost, name) is null)
            return false;
        Apply(virtualHost, name);
        return true;
    }

    /// <summary>Deletes a shovel.</summary>
    /// <returns>False if there is no such shovel.</returns>
    public bool Delete(string virtualHost, string name) =>
        broker.Value.Parameters.Remove(ShovelDefinition.Component, virtualHost, name);

    /// <summary>Stops the shovel of this name, and starts the one that is defined now. Does not wait.</summary>
    private void Apply(string virtualHost, string name)
    {
        lock (_lock)
        {
            if (!_isStarted)
                return;
            if (_running.Remove((virtualHost, name), out var former))
                _ = faults.ContainAsync(
                    Compartment.Broker, $"the stop of shovel '{name}' in vhost '{virtualHost}'",
                    () => former.DisposeAsync().AsTask());
            if (broker.Value.Links.Shovels.Find(virtualHost, name) is { } definition)
                Run(definition);
        }
    }

    /// <summary>Starts a shovel. The caller holds the lock.</summary>
    private void Run(ShovelDefinition definition) => _running[(definition.VirtualHost, definition.Name)] = new Shovel(
        definition, connector, () => broker.Value.ClusterName, clock, logger, DeleteDone);

    private void DeleteDone(Shovel shovel)
    {
        logger.ShovelDone(shovel.Definition.Name, shovel.Definition.VirtualHost);
        // A shovel of the same name that was defined meanwhile stays.
        if (Find(shovel.Definition.VirtualHost, shovel.Definition.Name) == shovel)
            Delete(shovel.Definition.VirtualHost, shovel.Definition.Name);
    }
}
