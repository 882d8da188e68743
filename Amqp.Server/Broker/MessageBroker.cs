using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Broker.Links;
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

/// <summary>The broker: the store, the users, the virtual hosts and all other parts.</summary>
/// <remarks>Opened before the first client connects, and disposed after the last client has disconnected.</remarks>
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
        Memory = new BrokerMemory(opened.Store, () => VirtualHosts!.MemoryInUse);
        _spans = options.Telemetry is { Endpoint: not null, Traces: true } ? new MessageSpans() : null;
        var definitions = opened.Definitions;
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
            VirtualHosts, Users, UserLimits, new PasswordRules(options.Access.Passwords), Permissions, Parameters, GlobalParameters,
            importedFiles);
        Alarms = BrokerParts.NewAlarms(this, options, logger, clock, opened.Leader);
        Sessions = new SessionServices(
            options, Permissions, new CommitNotifier(Store, faults), events, faults, Memory.Held, Alarms, ProcessorLoad.OfMachine(clock),
            new CoarseClock(clock));
        Jobs = new JobTable(faults, clock);
        Sampler = new StatisticsSampler(VirtualHosts, Statistics, options, faults, clock);
        new StoreWatch(Store, Alarms, faults, logger).Start(events, clock);
    }

    public IMessageStore Store => _opened.Store;

    /// <summary>Durable storage of everything except messages.</summary>
    public ICatalog Catalog => _opened.Directory.Catalog;

    public UserStore Users { get; }

    /// <summary>Runtime parameters: settings that can change while the broker runs.</summary>
    public RuntimeParameters Parameters { get; }

    /// <summary>Global parameters. Only <c>cluster_name</c> changes the broker's behaviour.</summary>
    public NamedValues GlobalParameters { get; }

    /// <summary>
    /// Name of the cluster: the global parameter <c>cluster_name</c>, or the configured name if the parameter is not set. Thread-safe.
    /// </summary>
    public string ClusterName =>
        GlobalParameters.Find("cluster_name") is { Type: FieldType.LongString } name ? name.AsString() : _options.Identity.ClusterName;

    /// <summary>The shovels and the upstreams of federation that runtime parameters define.</summary>
    public LinkTables Links { get; } = new();

    public UserLimits UserLimits { get; }

    /// <summary>The tables that an export of definitions reads and an import changes.</summary>
    public DefinitionScope Definitions { get; }

    /// <summary>Counts open connections and channels, and enforces their limits.</summary>
    public ClientCounts Clients { get; }

    public PermissionStore Permissions { get; }

    public VirtualHostTable VirtualHosts { get; }

    /// <summary>The services that all client sessions use.</summary>
    public SessionServices Sessions { get; }

    /// <summary>The memory that is compared with the limit of the memory alarm.</summary>
    public BrokerMemory Memory { get; }

    /// <summary>Counts since the start: messages, logins, connections and other objects.</summary>
    public BrokerStatistics Statistics { get; } = new();

    /// <summary>Logs and counts unexpected exceptions that did not stop the broker.</summary>
    public ContainedFaults Faults { get; }

    /// <summary>Counts of file operations in the data directory.</summary>
    public FileUsage Files => _opened.Directory.Usage;

    /// <summary>Samples all counts at regular intervals. Rates are computed from the samples.</summary>
    public StatisticsSampler Sampler { get; }

    public ResourceAlarms Alarms { get; }

    /// <summary>
    /// Waits until changed definitions are on the nodes in sync, before their requests are answered; null for a single node, where they
    /// are on the disk after <c>store.sync_interval</c>.
    /// </summary>
    public DefinitionSync? DefinitionSync => _opened.Leader is null ? null : _opened.Directory.DefinitionSync;

    /// <summary>Work on many messages that users have started, such as moves.</summary>
    public JobTable Jobs { get; }

    /// <summary>Publishes the broker's events to listeners.</summary>
    public BrokerEvents Events { get; }

    /// <summary>Publishes to the log exchange; null if logging to an exchange is off.</summary>
    public InternalPublisher? LogPublisher => _internalExchanges.LogPublisher;

    /// <summary>Opens the data directory and restores its content.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="clock">Clock for all timers and timestamps.</param>
    /// <param name="faults">Logs and counts unexpected exceptions.</param>
    /// <param name="logger">Log of the broker.</param>
    /// <param name="queueLogger">Log of virtual hosts, exchanges and queues.</param>
    /// <param name="events">The event stream; null for a stream without listeners.</param>
    /// <param name="seam">Wraps the store in tests; null outside of tests.</param>
    /// <param name="leader">The data directory if other nodes follow its changes; null for a single node.</param>
    /// <exception cref="DataDirectoryException">The directory is in use, or was written by a newer version.</exception>
    /// <exception cref="StartDefinitionsException">The configured definitions cannot be imported.</exception>
    public static MessageBroker Open(
        BrokerOptions options, TimeProvider clock, ContainedFaults faults, ILogger logger, ILogger queueLogger,
        BrokerEvents? events = null, Func<IMessageStore, IMessageStore>? seam = null, LeaderDirectory? leader = null)
    {
        var opened = OpenedStore.Open(options, clock, logger, seam ?? (static store => store), leader);
        MessageBroker? broker = null;
        try
        {
            broker = new MessageBroker(opened, options, clock, faults, logger, queueLogger, events ?? new BrokerEvents(clock, faults));
            BrokerRestore.Run(broker, options, logger);
            broker._timer.Start(); // started last, because the timer publishes dead letters to any exchange
            return broker;
        }
        catch
        {
            // Blocking is fine here, because no client is connected yet.
            Task ended = broker is null ? opened.DisposeAsync(faults) : broker.DisposeAsync().AsTask();
            ended.GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Writes everything to disk and releases the data directory. If a step fails, the next steps still run.</summary>
    public async ValueTask DisposeAsync()
    {
        await StepAsync("the jobs", Jobs);
        await StepAsync("the alarms", Alarms);
        await StepAsync("the statistics", Sampler);
        await StepAsync("the timer", _timer);
        await StepAsync("the clock", Sessions.Clock);
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
