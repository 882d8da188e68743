using System.Diagnostics.CodeAnalysis;
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
using Amqp.Server.Broker.Queues;
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
using Amqp.Storage.Recovery;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Broker;

/// <summary>The broker: its data folder, its users and its virtual hosts.</summary>
/// <remarks>Opened once before anyone connects and disposed of once after everyone has gone; what it consists of stays the same in between.</remarks>
internal sealed class MessageBroker(
    IOptions<BrokerOptions> options, TimeProvider clock, ContainedFaults faults, ILogger<MessageBroker> logger, ILogger<Queue> queueLogger) : IAsyncDisposable
{
    /// <summary>Where RabbitMQ publishes its log.</summary>
    public const string LogExchangeName = "amq.rabbitmq.log";

    /// <summary>The global parameter that every broker has: a name of its own, kept for good.</summary>
    private const string ClusterId = "internal_cluster_id";

    private readonly BrokerOptions _options = options.Value;
    private readonly QueueTimer _timer = new(clock);
    private readonly MessageSpans? _spans = options.Value.Telemetry is { Endpoint: not null, Traces: true } ? new MessageSpans() : null;
    private DataDirectory? _directory;
    private int _failureLogged;

    public IMessageStore Store { get; private set; } = null!;

    /// <summary>What the store is used through. Tests put a store of their own before it; set before <see cref="Open"/>.</summary>
    public Func<IMessageStore, IMessageStore> StoreSeam { get; set; } = static store => store;

    /// <summary>What outlives the broker besides messages.</summary>
    public ICatalog Catalog => _directory?.Catalog ?? throw new InvalidOperationException("the data folder is not open");

    public UserStore Users { get; private set; } = null!;

    /// <summary>How new passwords are hashed, and which are taken.</summary>
    public PasswordRules Passwords { get; } = new(options.Value.Passwords);

    /// <summary>Settings that are made while the broker runs.</summary>
    public RuntimeParameters Parameters { get; private set; } = null!;

    /// <summary>The same, for the whole broker and without anything that acts on them but <see cref="ClusterName"/>.</summary>
    public NamedValues GlobalParameters { get; private set; } = null!;

    /// <summary>The name that the cluster was given while the broker ran, or else by the configuration. Any thread may ask.</summary>
    public string ClusterName => GlobalParameters.Find("cluster_name") is { Type: FieldType.LongString } name ? name.AsString() : _options.ClusterName;

    /// <summary>Digests of the files whose definitions have been imported at a start, by their paths.</summary>
    public NamedValues ImportedDefinitions { get; private set; } = null!;

    public UserLimits UserLimits { get; private set; } = null!;

    /// <summary>Who is connected, in numbers.</summary>
    public ClientCounts Clients { get; private set; } = null!;

    public PermissionStore Permissions { get; private set; } = null!;

    public VirtualHostTable VirtualHosts { get; private set; } = null!;

    /// <summary>Tells channels when the store has made their messages durable.</summary>
    public CommitNotifier Commits { get; private set; } = null!;

    /// <summary>What clients make the broker hold besides messages.</summary>
    public HeldMemory HeldMemory { get; } = new();

    /// <summary>What clients hold by being there, summed when the alarms are looked at.</summary>
    public ClientMemory ClientMemory { get; } = new();

    /// <summary>Bytes that count for the memory alarm.</summary>
    public long MemoryInUse =>
        Store.MemoryInUse + Store.QueueMemoryInUse + HeldMemory.Bytes + ClientMemory.Bytes + (VirtualHosts?.MemoryInUse ?? 0);

    /// <summary>What has been counted since the start.</summary>
    public BrokerStatistics Statistics { get; } = new();

    /// <summary>The unexpected exceptions that stayed in their compartments.</summary>
    public ContainedFaults Faults => faults;

    /// <summary>What the disk had to do.</summary>
    public FileUsage Files => _directory?.Usage ?? new FileUsage();

    /// <summary>Knows what the counts were, and so the rates.</summary>
    public StatisticsSampler Sampler { get; private set; } = null!;

    /// <summary>Says when publishers must wait for memory or disk.</summary>
    public ResourceAlarms Alarms { get; private set; } = null!;

    /// <summary>Tells what happens to whoever listens.</summary>
    public BrokerEvents Events { get; } = new(clock, faults);

    /// <summary>Publishes to the exchange that the log goes to; null unless it does.</summary>
    public InternalPublisher? LogPublisher { get; private set; }

    /// <summary>Opens the data folder and brings back what it holds.</summary>
    /// <exception cref="DataDirectoryException">It is in use, or of a newer version.</exception>
    /// <exception cref="StartDefinitionsException">The configured definitions cannot be imported.</exception>
    public void Open()
    {
        DefinitionStore definitions = OpenStore();
        Permissions = new PermissionStore(_directory.Catalog) { Events = Events, PatternTooSlow = logger.PermissionPatternTooSlow };
        Users = new UserStore(_directory.Catalog, Permissions, _options.LoopbackUsers) { Events = Events };
        WatchStore();
        RestoreVirtualHosts(definitions);
        RestoreParameters(definitions);
        CompleteDefinitions();
        StartSampler();
        Alarms.Check(); // before anything is due: what the last run left must not be written on a disk that is short
        _timer.Start(); // not before all is there that dead letters may go to
    }

    /// <summary>Puts everything on the disk and lets go of the data folder. Each step is taken whatever became of the others.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_directory is null)
            return;
        await StepAsync("the alarms", Alarms);
        await StepAsync("the statistics", Sampler);
        await StepAsync("the timer", _timer);
        foreach (var virtualHost in VirtualHosts?.All ?? [])
            await virtualHost.StopAsync();
        await StepAsync("the store", Store);
        await StepAsync("the virtual hosts", VirtualHosts);
        await StepAsync("tracing", _spans);
        await StepAsync("the data folder", _directory);

        Task StepAsync(string what, object? owned) => faults.ContainAsync(Compartment.Broker, $"the stop of {what}", async () =>
        {
            if (owned is IAsyncDisposable waiting)
                await waiting.DisposeAsync();
            else
                (owned as IDisposable)?.Dispose();
        });
    }

    [MemberNotNull(nameof(_directory))]
    private DefinitionStore OpenStore()
    {
        long started = clock.GetTimestamp();
        _directory = DataDirectory.Open(_options.DataDirectory, _options.Store);
        var definitions = new DefinitionStore(_directory.Catalog);
        Store = StoreSeam(_directory.OpenStore(definitions.QueueNumbers(), definitions.Quarantine.Restored));
        definitions.SkipNumbers(_directory.Report.HighestQueue);
        definitions.Quarantine.Forget(_directory.Report.AsideMissing);
        Report(_directory.Report, definitions.QueueCount, clock.GetElapsedTime(started));
        return definitions;
    }

    /// <summary>Who hears of what the store did, and of what there is no room for.</summary>
    private void WatchStore()
    {
        Commits = new CommitNotifier(Store, faults);
        Alarms = new ResourceAlarms(
            new ResourceLimit(new MemoryMeasure(() => MemoryInUse, () => Environment.WorkingSet, _options.MemoryHighWatermark).Against, _options.MemoryHighWatermark),
            new DiskWatch(
                new ResourceLimit(_ => DiskSpace.Free(_options.DataDirectory), _options.DiskFreeLimit),
                () => Store.AppendedPosition, () => Store.IsFull),
            logger, clock, faults);
        Alarms.Changed += Events.AlarmChanged;
        // The store takes an error on its thread for its own end.
        Store.Committed += () => faults.Contain(Compartment.Broker, "what follows a commit", () =>
        {
            LogFailure();
            Alarms.CheckSoonIfDue();
        });
        Store.BackgroundWorkFailed += new BackgroundFailureLog(logger, clock, faults).Write;
    }

    private void RestoreVirtualHosts(DefinitionStore definitions)
    {
        var declareRules = new DeclareRules(_options.ClusterQueueLimit, _options.DefaultQueueType, () => VirtualHosts.All.Sum(host => (long)host.QueueCount))
        {
            ExchangeLimit = _options.ClusterExchangeLimit,
            CountExchanges = () => VirtualHosts.All.Sum(host => (long)host.ExchangeCount),
        };
        Parameters = new RuntimeParameters(definitions) { Events = Events };
        VirtualHosts = new VirtualHostTable(Store, definitions, Permissions, Parameters, declareRules, _timer, HeldMemory, Statistics, clock, queueLogger)
        {
            Events = Events,
            Faults = Faults,
            QuarantineLimit = _options.QuarantineLimit,
            RecentHistoryLimit = _options.RecentHistoryLimit,
            Making = AddInternalExchanges,
            Limit = _options.VirtualHosts.Limit,
            Spans = _spans,
            IsDiskShort = () => Alarms.IsDiskShort,
        };
        VirtualHosts.Restore();
        Permissions.Changed += virtualHost => VirtualHosts.Find(virtualHost)?.ForgetRoutes();
    }

    /// <summary>Adds what the configuration says there shall be: definitions from files, and for a new broker a first user.</summary>
    private void CompleteDefinitions()
    {
        VirtualHosts.Added += new VirtualHostDefaults(Parameters, _options.VirtualHosts).Apply;
        var definitionsAtStart = new StartDefinitions(_options.Definitions, _options.MaxTableDepth, logger);
        new InitialAccess(VirtualHosts, Users, Permissions, Passwords, _options.DefaultAccess, logger)
            .Complete(definitionsAtStart.IsConfigured ? () => definitionsAtStart.Import(this) : null);
    }

    private void StartSampler()
    {
        Statistics.Authentication.TracksSources = _options.Statistics.TracksLoginSources;
        Sampler = new StatisticsSampler(VirtualHosts, Statistics, faults, clock, _options.Statistics.Interval, _options.Statistics.MaxMemory, _options.DataDirectory);
        Sampler.Start();
    }

    /// <summary>Before the bindings are restored, so that they are kept.</summary>
    private void AddInternalExchanges(VirtualHost virtualHost)
    {
        if (_options.EventExchange && virtualHost.Name == (_options.EventExchangeVirtualHost ?? _options.DefaultAccess.VirtualHost))
            Events.Add(new EventExchange(virtualHost.AddInternalExchange(EventExchange.Name)));
        if (_options.Log.IsOnExchange && virtualHost.Name == _options.DefaultAccess.VirtualHost)
            LogPublisher = virtualHost.AddInternalExchange(LogExchangeName);
    }

    [MemberNotNull(nameof(GlobalParameters), nameof(ImportedDefinitions), nameof(UserLimits), nameof(Clients))]
    private void RestoreParameters(DefinitionStore definitions)
    {
        Parameters.Add(new ParameterComponent(
            VirtualHostLimits.Component,
            (_, value) => VirtualHostLimits.Validate(value),
            (virtualHost, name, value) =>
            {
                if (name == VirtualHostLimits.Name && VirtualHosts.Find(virtualHost) is { } host)
                    host.Limits = value is { } limits ? VirtualHostLimits.Read(limits.AsTable()) : VirtualHostLimits.None;
            }));
        Parameters.Restore();
        GlobalParameters = new NamedValues(definitions, DefinitionKey.GlobalParameters, DefinitionKey.OfGlobalParameter);
        GlobalParameters.Restore();
        if (GlobalParameters.Find(ClusterId) is null)
            GlobalParameters.Put(ClusterId, FieldValue.FromString(ReservedNames.NewClusterId()));
        GlobalParameters.Changed += Events.GlobalParameterChanged;
        ImportedDefinitions = new NamedValues(definitions, DefinitionKey.ImportedDefinitions, DefinitionKey.OfImportedDefinitions);
        ImportedDefinitions.Restore();
        UserLimits = new UserLimits(definitions) { Events = Events };
        UserLimits.Restore();
        Clients = new ClientCounts(UserLimits, _options.ChannelMaxPerNode);
        Users.Deleting += UserLimits.ClearAll;
    }

    private void Report(RecoveryReport report, int queues, TimeSpan elapsed)
    {
        logger.Recovered(report.Messages, queues, _options.DataDirectory, (long)elapsed.TotalMilliseconds);
        foreach (var finding in report.Findings)
        {
            if (finding.IsRebuilt)
                logger.IndexRebuilt(finding.File);
            else if (finding.IsTornTail)
                logger.TornTailCut(finding.Length, finding.File, finding.Offset);
            else
                logger.DamageFound(finding.Length, finding.File, finding.Offset);
        }
    }

    private void LogFailure()
    {
        if (Store.Failure is { } failure && Interlocked.Exchange(ref _failureLogged, 1) == 0)
            logger.StoreFailed(failure);
    }
}
