using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Storage;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;

namespace Amqp.Server.Broker;

/// <summary>The broker: creates and connects its store, users, virtual hosts and other parts.</summary>
/// <remarks>
/// The broker is opened before the first client connects, and disposed of after the last client has disconnected. Its parts are never
/// replaced.
/// </remarks>
internal sealed class MessageBroker : IAsyncDisposable
{
    private readonly BrokerOptions _options;
    private readonly OpenedStore _opened;
    private readonly QueueTimer _timer;
    private readonly MessageSpans? _spans;
    private readonly InternalExchanges _internalExchanges;

    private MessageBroker(
        OpenedStore opened,
        BrokerOptions options,
        TimeProvider clock,
        ContainedFaults faults,
        ILogger logger,
        ILogger queueLogger,
        BrokerEvents events)
    {
        (_opened, _options, Faults, Events) = (opened, options, faults, events);
        _timer = new QueueTimer(clock);
        _spans = options.Telemetry is { Endpoint: not null, Traces: true } ? new MessageSpans() : null;
        var definitions = opened.Definitions;
        Passwords = new PasswordRules(options.Access.Passwords);
        Permissions = new PermissionStore(Catalog) { Events = Events, PatternTooSlow = logger.PermissionPatternTooSlow };
        Users = new UserStore(Catalog, Permissions, options.Access.LoopbackUsers) { Events = Events };
        UserLimits = new UserLimits(definitions) { Events = Events };
        Users.Deleting += UserLimits.ClearAll;
        Clients = new ClientCounts(UserLimits, options.Limits.ChannelMaxPerNode);
        Parameters = new RuntimeParameters(definitions) { Events = Events };
        GlobalParameters = new NamedValues(definitions, DefinitionKey.GlobalParameters, DefinitionKey.OfGlobalParameter);
        _internalExchanges = new InternalExchanges(options, events);
        VirtualHosts = BrokerParts.NewVirtualHosts(
            this, options, opened.Definitions, _timer, clock, queueLogger, _spans, _internalExchanges.Add);
        Permissions.Changed += virtualHost => VirtualHosts.Find(virtualHost)?.Routing.Lock.ForgetRoutes();
        var importedFiles = new NamedValues(definitions, DefinitionKey.ImportedDefinitions, DefinitionKey.OfImportedDefinitions);
        Definitions = new DefinitionScope(
            VirtualHosts, Users, UserLimits, Passwords, Permissions, Parameters, GlobalParameters, importedFiles);
        Alarms = BrokerParts.NewAlarms(this, options, logger, clock);
        Sessions = new SessionServices(options, Permissions, new CommitNotifier(Store, faults), events, faults, HeldMemory, Alarms);
        Sampler = new StatisticsSampler(VirtualHosts, Statistics, options, faults, clock);
        new StoreWatch(Store, Alarms, faults, logger).Start(events, clock);
    }

    public IMessageStore Store => _opened.Store;

    /// <summary>Durable storage of everything besides messages.</summary>
    public ICatalog Catalog => _opened.Directory.Catalog;

    public UserStore Users { get; }

    /// <summary>Hashing and validation of new passwords.</summary>
    public PasswordRules Passwords { get; }

    /// <summary>Runtime parameters: settings that can change while the broker runs.</summary>
    public RuntimeParameters Parameters { get; }

    /// <summary>Global parameters. Only <c>cluster_name</c> has an effect.</summary>
    public NamedValues GlobalParameters { get; }

    /// <summary>
    /// Name of the cluster: the global parameter <c>cluster_name</c>, or the configured name if it is not set. Thread-safe.
    /// </summary>
    public string ClusterName =>
        GlobalParameters.Find("cluster_name") is { Type: FieldType.LongString } name ? name.AsString() : _options.Identity.ClusterName;

    public UserLimits UserLimits { get; }

    /// <summary>Tables that definitions are exported from and imported to.</summary>
    public DefinitionScope Definitions { get; }

    /// <summary>Numbers of open connections and channels, with their limits.</summary>
    public ClientCounts Clients { get; }

    public PermissionStore Permissions { get; }

    public VirtualHostTable VirtualHosts { get; }

    /// <summary>Services that client sessions share.</summary>
    public SessionServices Sessions { get; }

    /// <summary>Memory that clients occupy besides messages: contents in arrival, open transactions.</summary>
    public HeldMemory HeldMemory { get; } = new();

    /// <summary>Memory of connections, channels, consumers and output; summed when the alarms are checked.</summary>
    public ClientMemory ClientMemory { get; } = new();

    /// <summary>Bytes that count for the memory alarm.</summary>
    public long MemoryInUse =>
        Store.MemoryInUse + Store.QueueMemoryInUse + HeldMemory.Bytes + ClientMemory.Bytes + VirtualHosts.MemoryInUse;

    /// <summary>Counts of messages, logins, connections and other objects since the start.</summary>
    public BrokerStatistics Statistics { get; } = new();

    /// <summary>Log and counts of the unexpected exceptions that stayed in their compartments.</summary>
    public ContainedFaults Faults { get; }

    /// <summary>Counts of file operations.</summary>
    public FileUsage Files => _opened.Directory.Usage;

    /// <summary>Takes samples of all counts, from which rates are computed.</summary>
    public StatisticsSampler Sampler { get; }

    /// <summary>Memory and disk alarms, which block publishers.</summary>
    public ResourceAlarms Alarms { get; }

    /// <summary>Stream of the broker's events.</summary>
    public BrokerEvents Events { get; }

    /// <summary>Publisher to the log exchange; null if logging to an exchange is off.</summary>
    public InternalPublisher? LogPublisher => _internalExchanges.LogPublisher;

    /// <summary>Opens the data directory and restores its content.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="clock">Clock of all timers and timestamps.</param>
    /// <param name="faults">Records unexpected exceptions.</param>
    /// <param name="logger">Log of the broker.</param>
    /// <param name="queueLogger">Log of virtual hosts, exchanges and queues.</param>
    /// <param name="events">Event stream; null creates one without listeners.</param>
    /// <param name="seam">Wraps the store, in tests; null: no wrapper.</param>
    /// <exception cref="DataDirectoryException">The directory is in use, or was written by a newer version.</exception>
    /// <exception cref="StartDefinitionsException">The configured definitions cannot be imported.</exception>
    public static MessageBroker Open(
        BrokerOptions options, TimeProvider clock, ContainedFaults faults, ILogger logger, ILogger queueLogger,
        BrokerEvents? events = null, Func<IMessageStore, IMessageStore>? seam = null)
    {
        var opened = OpenedStore.Open(options, clock, logger, seam ?? (static store => store));
        MessageBroker? broker = null;
        try
        {
            broker = new MessageBroker(opened, options, clock, faults, logger, queueLogger, events ?? new BrokerEvents(clock, faults));
            BrokerRestore.Run(broker, options, logger);
            broker._timer.Start(); // last: the timer publishes dead letters, which need their exchanges and queues
            return broker;
        }
        catch
        {
            // No client is connected yet, so a blocking wait delays nobody.
            Task ended = broker is null ? opened.DisposeAsync(faults) : broker.DisposeAsync().AsTask();
            ended.GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>
    /// Flushes everything to disk and releases the data directory. Each step of the stop runs even if an earlier step fails.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await StepAsync("the alarms", Alarms);
        await StepAsync("the statistics", Sampler);
        await StepAsync("the timer", _timer);
        foreach (var virtualHost in VirtualHosts.All)
            await virtualHost.StopAsync();
        await StepAsync("the store", Store);
        await StepAsync("the virtual hosts", VirtualHosts);
        await StepAsync("tracing", _spans);
        await StepAsync("the data directory", _opened.Directory);

        Task StepAsync(string what, object? owned) => Faults.ContainAsync(Compartment.Broker, $"the stop of {what}", async () =>
        {
            if (owned is IAsyncDisposable waiting)
                await waiting.DisposeAsync();
            else
                (owned as IDisposable)?.Dispose();
        });
    }
}
