namespace Amqp.Server.Configuration;

/// <summary>What settings are applied to: the options, and what can only be worked out when all settings are known.</summary>
/// <param name="options">Receives the values.</param>
internal sealed class SettingTarget(BrokerOptions options)
{
    private readonly SortedSet<string> _loopbackUsers = new(options.Access.LoopbackUsers, StringComparer.Ordinal);
    private readonly SortedDictionary<string, bool> _defaultUserTags = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DefaultUser> _defaultUsers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DefaultLimits> _defaultLimits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DefaultOperatorPolicy> _defaultOperatorPolicies = new(StringComparer.Ordinal);
    private int? _managementConnections;
    private readonly List<string> _corsOrigins = [];
    private readonly List<DefinitionSource> _definitions = [];
    private readonly SortedSet<string> _mechanisms = new(StringComparer.Ordinal);
    private int _channelMax;
    private readonly HashSet<string> _accepted = new(StringComparer.Ordinal);

    public BrokerOptions Options => options;
    public ListenerPlan Listeners { get; } = new();
    public MemoryWatermark Memory { get; } = new();
    public DiskFreeLimit Disk { get; } = new();
    public StorePlan Store { get; } = new();
    public TlsPlan Tls { get; } = new(options.Tls);
    public TlsPlan ManagementTls { get; } = new(options.Management.Tls);
    public TlsPlan MetricsTls { get; } = new(options.Statistics.MetricsTls);

    /// <summary>True when no user is bound to loopback addresses, whatever is said of single ones.</summary>
    public bool WithoutLoopbackUsers { get; set; }

    /// <summary>Restricts a user to loopback addresses, or lifts that.</summary>
    public void SetLoopbackUser(string user, bool restricted) => _ = restricted ? _loopbackUsers.Add(user) : _loopbackUsers.Remove(user);

    /// <summary>Gives the default user a tag or takes it away. Whoever names any names all, as in RabbitMQ.</summary>
    public void SetDefaultUserTag(string tag, bool isSet) => _defaultUserTags[tag] = isSet;

    /// <summary>The user of this name among those made with virtual hosts.</summary>
    public DefaultUser DefaultUser(string name)
    {
        if (!_defaultUsers.TryGetValue(name, out DefaultUser? user))
            _defaultUsers.Add(name, user = new DefaultUser(name));
        return user;
    }

    /// <summary>The limits of this name for new virtual hosts.</summary>
    public DefaultLimits DefaultLimits(string name)
    {
        if (!_defaultLimits.TryGetValue(name, out DefaultLimits? limits))
            _defaultLimits.Add(name, limits = new DefaultLimits());
        return limits;
    }

    /// <summary>The operator policy of this name for new virtual hosts.</summary>
    public DefaultOperatorPolicy DefaultOperatorPolicy(string name)
    {
        if (!_defaultOperatorPolicies.TryGetValue(name, out DefaultOperatorPolicy? policy))
            _defaultOperatorPolicies.Add(name, policy = new DefaultOperatorPolicy(name));
        return policy;
    }

    /// <summary>Bounds connections to the HTTP API; the smallest bound that is set holds, 0 is none.</summary>
    public void LimitHttpConnections(int most) =>
        options.Management.MaxConnections = (_managementConnections = _managementConnections is { } bound ? Smaller(bound, most) : most).Value;

    /// <summary>Adds a SASL mechanism. Whoever names any names all, as in RabbitMQ.</summary>
    public void OfferMechanism(string mechanism) => _mechanisms.Add(mechanism);

    /// <summary>Takes note that a setting may stay without effect, although it restricts something.</summary>
    /// <param name="key">Its key; from an environment variable with underscores in place of dots.</param>
    public void AcceptIneffective(string key) => _accepted.Add(Comparable(key));

    /// <summary>True when a setting may stay without effect, although it restricts something.</summary>
    public bool IsAcceptedIneffective(string key) => _accepted.Contains(Comparable(key));

    /// <summary>True when no origin's pages may use the HTTP API, whatever is said of single ones.</summary>
    public bool WithoutCorsOrigins { get; set; }

    /// <summary>Adds an AMQP listener, or a Unix socket.</summary>
    public void Listen(string name, ListenAddress listener, int strength)
    {
        if (listener.UnixPath is { } path)
            options.Connections.UnixSocketPath = path;
        else
            Listeners.Listen(name, listener, strength);
    }

    /// <summary>Bounds connections; the smallest bound holds, 0 is none.</summary>
    public void LimitConnections(int most) => options.Connections.MaxConnections = Smaller(options.Connections.MaxConnections, most);

    /// <summary>Bounds the channels of a connection; the smallest bound holds, 0 is none.</summary>
    public void LimitChannels(ushort most) => options.Connections.ChannelMax = (ushort)(_channelMax = Smaller(_channelMax, most));

    /// <summary>Adds an origin whose pages may use the HTTP API.</summary>
    public void AddCorsOrigin(string origin) => _corsOrigins.Add(origin);

    /// <summary>Adds a place of definitions.</summary>
    public void ImportDefinitions(string setting, string path) => _definitions.Add(new DefinitionSource(setting, path));

    /// <summary>Finishes the options once every setting is applied.</summary>
    public void Complete()
    {
        Listeners.TakeEarlierNames();
        options.Listeners = Listeners.AmqpEndPoints();
        options.Tls.Listeners = Listeners.TlsEndPoints();
        options.Management.Tls.Listeners = Listeners.ManagementTlsEndPoints();
        options.Statistics.MetricsTls.Listeners = Listeners.MetricsTlsEndPoints();
        Tls.Complete(common: null);
        ManagementTls.Complete(options.Tls);
        MetricsTls.Complete(options.Tls);
        if (_mechanisms.Count > 0)
            options.Access.AuthenticationMechanisms = _mechanisms;
        options.VirtualHosts.Limits = [.. _defaultLimits.Values];
        options.VirtualHosts.OperatorPolicies = [.. _defaultOperatorPolicies.Values];
        options.Management.Cors.Origins = WithoutCorsOrigins ? [] : _corsOrigins;
        options.Definitions.Sources = [.. _definitions.OrderBy(source => source.Setting.StartsWith("management", StringComparison.Ordinal))];
        options.Management.Listeners = Listeners.ManagementEndPoints();
        options.Statistics.MetricsListeners = Listeners.MetricsEndPoints();
        options.Access.LoopbackUsers = WithoutLoopbackUsers ? [] : [.. _loopbackUsers];
        if (_defaultUserTags.Count > 0)
            options.Access.DefaultAccess.Tags = [.. _defaultUserTags.Where(tag => tag.Value).Select(tag => tag.Key)];
        options.Access.DefaultAccess.Users = [.. _defaultUsers.Values];
        options.Alarms.MemoryHighWatermark = Memory.Resolve();
        options.Alarms.DiskFreeLimit = Disk.Resolve(Memory);
        options.Store = Store.ToOptions(Memory, options.Alarms.DiskFreeLimit);
    }

    private static int Smaller(int bound, int other) => bound == 0 || other == 0 ? Math.Max(bound, other) : Math.Min(bound, other);

    private static string Comparable(string key) => key.ToLowerInvariant().Replace('.', '_');
}

/// <summary>How a setting was given.</summary>
/// <param name="Name">What stands for the wildcard of the setting's key; empty when it has none.</param>
/// <param name="Strength">That of its <see cref="SettingSource"/>.</param>
internal readonly record struct Occurrence(string Name, int Strength);
