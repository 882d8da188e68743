using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Names;
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

/// <summary>The broker: its store, its users and its virtual hosts.</summary>
/// <remarks>Opened once before anyone connects and disposed of once after everyone has gone; what it consists of stays the same in between.</remarks>
internal sealed class MessageBroker : IAsyncDisposable
{
    /// <summary>Where RabbitMQ publishes its log.</summary>
    public const string LogExchangeName = "amq.rabbitmq.log";

    /// <summary>The global parameter that every broker has: a name of its own, kept for good.</summary>
    private const string ClusterId = "internal_cluster_id";

    private readonly BrokerOptions _options;
    private readonly ILogger _logger;
    private readonly OpenedStore _opened;
    private readonly QueueTimer _timer;
    private readonly MessageSpans? _spans;
    private int _failureLogged;

    private MessageBroker(OpenedStore opened, BrokerOptions options, TimeProvider clock, ContainedFaults faults, ILogger logger, ILogger queueLogger, BrokerEvents events)
    {
        (_opened, _options, _logger, Faults, Events) = (opened, options, logger, faults, events);
        _timer = new QueueTimer(clock);
        _spans = options.Telemetry is { Endpoint: not null, Traces: true } ? new MessageSpans() : null;
        var definitions = opened.Definitions;
        Passwords = new PasswordRules(options.Passwords);
        Permissions = new PermissionStore(Catalog) { Events = Events, PatternTooSlow = logger.PermissionPatternTooSlow };
        Users = new UserStore(Catalog, Permissions, options.LoopbackUsers) { Events = Events };
        UserLimits = new UserLimits(definitions) { Events = Events };
        Users.Deleting += UserLimits.ClearAll;
        Clients = new ClientCounts(UserLimits, options.ChannelMaxPerNode);
        Parameters = new RuntimeParameters(definitions) { Events = Events };
        GlobalParameters = new NamedValues(definitions, DefinitionKey.GlobalParameters, DefinitionKey.OfGlobalParameter);
        VirtualHosts = NewVirtualHosts(clock, queueLogger);
        Permissions.Changed += virtualHost => VirtualHosts.Find(virtualHost)?.Routing.Lock.ForgetRoutes();
        var importedFiles = new NamedValues(definitions, DefinitionKey.ImportedDefinitions, DefinitionKey.OfImportedDefinitions);
        Definitions = new DefinitionScope(VirtualHosts, Users, UserLimits, Passwords, Permissions, Parameters, GlobalParameters, importedFiles);
        Alarms = NewAlarms(clock);
        Sessions = new SessionServices(options, Permissions, new CommitNotifier(Store, faults), events, faults, HeldMemory, Alarms);
        Sampler = new StatisticsSampler(VirtualHosts, Statistics, faults, clock, options.Statistics.Interval, options.Statistics.MaxMemory, options.DataDirectory);
        WatchStore(clock);
    }

    public IMessageStore Store => _opened.Store;

    /// <summary>What outlives the broker besides messages.</summary>
    public ICatalog Catalog => _opened.Directory.Catalog;

    public UserStore Users { get; }

    /// <summary>How new passwords are hashed, and which are taken.</summary>
    public PasswordRules Passwords { get; }

    /// <summary>Settings that are made while the broker runs.</summary>
    public RuntimeParameters Parameters { get; }

    /// <summary>The same, for the whole broker and without anything that acts on them but <see cref="ClusterName"/>.</summary>
    public NamedValues GlobalParameters { get; }

    /// <summary>The name that the cluster was given while the broker ran, or else by the configuration. Any thread may ask.</summary>
    public string ClusterName => GlobalParameters.Find("cluster_name") is { Type: FieldType.LongString } name ? name.AsString() : _options.ClusterName;

    public UserLimits UserLimits { get; }

    /// <summary>What definitions are exported from and imported to.</summary>
    public DefinitionScope Definitions { get; }

    /// <summary>Who is connected, in numbers.</summary>
    public ClientCounts Clients { get; }

    public PermissionStore Permissions { get; }

    public VirtualHostTable VirtualHosts { get; }

    /// <summary>What clients' sessions work with.</summary>
    public SessionServices Sessions { get; }

    /// <summary>What clients make the broker hold besides messages.</summary>
    public HeldMemory HeldMemory { get; } = new();

    /// <summary>What clients hold by being there, summed when the alarms are looked at.</summary>
    public ClientMemory ClientMemory { get; } = new();

    /// <summary>Bytes that count for the memory alarm.</summary>
    public long MemoryInUse =>
        Store.MemoryInUse + Store.QueueMemoryInUse + HeldMemory.Bytes + ClientMemory.Bytes + VirtualHosts.MemoryInUse;

    /// <summary>What has been counted since the start.</summary>
    public BrokerStatistics Statistics { get; } = new();

    /// <summary>The unexpected exceptions that stayed in their compartments.</summary>
    public ContainedFaults Faults { get; }

    /// <summary>What the disk had to do.</summary>
    public FileUsage Files => _opened.Directory.Usage;

    /// <summary>Knows what the counts were, and so the rates.</summary>
    public StatisticsSampler Sampler { get; }

    /// <summary>Says when publishers must wait for memory or disk.</summary>
    public ResourceAlarms Alarms { get; }

    /// <summary>Tells what happens to whoever listens.</summary>
    public BrokerEvents Events { get; }

    /// <summary>Publishes to the exchange that the log goes to; null unless it does.</summary>
    public InternalPublisher? LogPublisher { get; private set; }

    /// <summary>Opens the data directory and brings back what it holds.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="clock">Times everything.</param>
    /// <param name="faults">Where unexpected exceptions end.</param>
    /// <param name="logger">The log of the broker.</param>
    /// <param name="queueLogger">The log of its virtual hosts, exchanges and queues.</param>
    /// <param name="events">Hears of what happens; null: nobody listens yet.</param>
    /// <param name="seam">What the store is used through: tests put a store of their own before it.</param>
    /// <exception cref="DataDirectoryException">It is in use, or of a newer version.</exception>
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
            broker.Restore();
            return broker;
        }
        catch
        {
            // Nobody else runs yet: whoever opens the broker may wait.
            Task ended = broker is null ? opened.DisposeAsync(faults) : broker.DisposeAsync().AsTask();
            ended.GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Puts everything on the disk and lets go of the data directory. Each step is taken whatever became of the others.</summary>
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

    private VirtualHostTable NewVirtualHosts(TimeProvider clock, ILogger queueLogger)
    {
        var services = new QueueServices
        {
            Store = Store,
            Timer = _timer,
            Clock = clock,
            Logger = queueLogger,
            Faults = Faults,
            HeldMemory = HeldMemory,
            Statistics = Statistics,
            Quarantine = _opened.Definitions.Quarantine,
            QuarantineLimit = _options.QuarantineLimit,
            RecentHistoryLimit = _options.RecentHistoryLimit,
            IsDiskShort = () => Alarms.IsDiskShort,
        };
        var declareRules = new DeclareRules(_options.ClusterQueueLimit, _options.DefaultQueueType, () => VirtualHosts.All.Sum(host => (long)host.QueueCount))
        {
            ExchangeLimit = _options.ClusterExchangeLimit,
            CountExchanges = () => VirtualHosts.All.Sum(host => (long)host.Routing.Count),
        };
        return new VirtualHostTable(services, new TopologyStore(_opened.Definitions), Permissions, Parameters, declareRules)
        {
            Events = Events,
            Making = AddInternalExchanges,
            Limit = _options.VirtualHosts.Limit,
            Spans = _spans,
        };
    }

    private ResourceAlarms NewAlarms(TimeProvider clock) => new(
        new ResourceLimit(new MemoryMeasure(() => MemoryInUse, () => Environment.WorkingSet, _options.MemoryHighWatermark).Against, _options.MemoryHighWatermark),
        new DiskWatch(
            new ResourceLimit(_ => DiskSpace.Free(_options.DataDirectory), _options.DiskFreeLimit),
            () => Store.AppendedPosition, () => Store.IsFull),
        _logger, clock, Faults);

    /// <summary>Who hears of what the store did, and of what there is no room for.</summary>
    private void WatchStore(TimeProvider clock)
    {
        Alarms.Changed += Events.AlarmChanged;
        // The store takes an error on its thread for its own end.
        Store.Committed += () => Faults.Contain(Compartment.Broker, "what follows a commit", () =>
        {
            LogFailure();
            Alarms.CheckSoonIfDue();
        });
        Store.BackgroundWorkFailed += new BackgroundFailureLog(_logger, clock, Faults).Write;
    }

    /// <summary>Brings back what the data directory holds, and adds what the configuration says there shall be.</summary>
    private void Restore()
    {
        VirtualHosts.Restore();
        Parameters.Add(new ParameterComponent(
            VirtualHostLimits.Component,
            (_, value) => VirtualHostLimits.Validate(value),
            (virtualHost, name, value) =>
            {
                if (name == VirtualHostLimits.Name && VirtualHosts.Find(virtualHost) is { } host)
                    host.Limits = value is { } limits ? VirtualHostLimits.Read(limits.AsTable()) : VirtualHostLimits.None;
            }));
        Parameters.Restore();
        GlobalParameters.Restore();
        if (GlobalParameters.Find(ClusterId) is null)
            GlobalParameters.Put(ClusterId, FieldValue.FromString(ReservedNames.NewClusterId()));
        GlobalParameters.Changed += Events.GlobalParameterChanged;
        Definitions.ImportedFiles.Restore();
        UserLimits.Restore();
        CompleteDefinitions();
        Statistics.Authentication.TracksSources = _options.Statistics.TracksLoginSources;
        Sampler.Start();
        Alarms.Check(); // before anything is due: what the last run left must not be written on a disk that is short
        _timer.Start(); // not before all is there that dead letters may go to
    }

    /// <summary>Adds what the configuration says there shall be: definitions from files, and for a new broker a first user.</summary>
    private void CompleteDefinitions()
    {
        VirtualHosts.Added += new VirtualHostDefaults(Parameters, _options.VirtualHosts).Apply;
        var definitionsAtStart = new StartDefinitions(_options.Definitions, _options.MaxTableDepth, _logger);
        new InitialAccess(VirtualHosts, Users, Permissions, Passwords, _options.DefaultAccess, _logger)
            .Complete(definitionsAtStart.IsConfigured ? () => definitionsAtStart.Import(Definitions) : null);
    }

    /// <summary>Before the bindings are restored, so that they are kept.</summary>
    private void AddInternalExchanges(VirtualHost virtualHost)
    {
        if (_options.EventExchange && virtualHost.Name == (_options.EventExchangeVirtualHost ?? _options.DefaultAccess.VirtualHost))
            Events.Add(new EventExchange(virtualHost.AddInternalExchange(EventExchange.Name)));
        if (_options.Log.IsOnExchange && virtualHost.Name == _options.DefaultAccess.VirtualHost)
            LogPublisher = virtualHost.AddInternalExchange(LogExchangeName);
    }

    private void LogFailure()
    {
        if (Store.Failure is { } failure && Interlocked.Exchange(ref _failureLogged, 1) == 0)
            _logger.StoreFailed(failure);
    }
}
