namespace Amqp.Server.Configuration;

/// <summary>Receives the values of all settings. <see cref="Complete"/> computes options that depend on more than one setting.</summary>
/// <param name="options">Options to set.</param>
internal sealed class SettingTarget(BrokerOptions options)
{
    private readonly SortedSet<string> _loopbackUsers = new(options.Access.LoopbackUsers, StringComparer.Ordinal);
    private readonly SortedDictionary<string, bool> _defaultUserTags = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DefaultUser> _defaultUsers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DefaultLimits> _defaultLimits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DefaultOperatorPolicy> _defaultOperatorPolicies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StaticShovel> _shovels = new(StringComparer.Ordinal);
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

    /// <summary>True to let every user connect from any address. Settings that restrict single users are then ignored.</summary>
    public bool WithoutLoopbackUsers { get; set; }

    /// <summary>Restricts a user to loopback addresses, or removes the restriction.</summary>
    public void SetLoopbackUser(string user, bool restricted) => _ = restricted ? _loopbackUsers.Add(user) : _loopbackUsers.Remove(user);

    /// <summary>
    /// Gives the default user a tag, or removes the tag. As in RabbitMQ, any call of this method overrides the default tags.
    /// </summary>
    public void SetDefaultUserTag(string tag, bool isSet) => _defaultUserTags[tag] = isSet;

    /// <summary>Returns the default user with this name. Adds the user if it does not exist.</summary>
    public DefaultUser DefaultUser(string name)
    {
        if (!_defaultUsers.TryGetValue(name, out DefaultUser? user))
            _defaultUsers.Add(name, user = new DefaultUser(name));
        return user;
    }

    /// <summary>Returns the group of default limits with this name. Adds the group if it does not exist.</summary>
    public DefaultLimits DefaultLimits(string name)
    {
        if (!_defaultLimits.TryGetValue(name, out DefaultLimits? limits))
            _defaultLimits.Add(name, limits = new DefaultLimits());
        return limits;
    }

    /// <summary>Returns the default operator policy with this name. Adds the policy if it does not exist.</summary>
    public DefaultOperatorPolicy DefaultOperatorPolicy(string name)
    {
        if (!_defaultOperatorPolicies.TryGetValue(name, out DefaultOperatorPolicy? policy))
            _defaultOperatorPolicies.Add(name, policy = new DefaultOperatorPolicy(name));
        return policy;
    }

    /// <summary>Defines a static shovel.</summary>
    public void Shovel(string name, string definition) => _shovels[name] = new StaticShovel(name, definition);

    /// <summary>Limits the number of HTTP connections. The smallest limit of several calls applies; 0 is no limit.</summary>
    public void LimitHttpConnections(int most) =>
        options.Management.MaxConnections = (_managementConnections = _managementConnections is { } bound
            ? Smaller(bound, most)
            : most).Value;

    /// <summary>Adds a SASL mechanism to offer. As in RabbitMQ, the added mechanisms replace the default mechanisms.</summary>
    public void OfferMechanism(string mechanism) => _mechanisms.Add(mechanism);

    /// <summary>Accepts that a setting has no effect. The broker then starts even if the setting restricts something in RabbitMQ.</summary>
    /// <param name="key">Key of the setting. Underscores may replace the dots.</param>
    public void AcceptIneffective(string key) => _accepted.Add(Comparable(key));

    /// <summary>True if the setting was accepted by <see cref="AcceptIneffective"/>.</summary>
    public bool IsAcceptedIneffective(string key) => _accepted.Contains(Comparable(key));

    /// <summary>True to refuse HTTP API requests from web pages of any other origin. Settings of single origins are then ignored.</summary>
    public bool WithoutCorsOrigins { get; set; }

    /// <summary>Adds an AMQP listener, or sets the path of the Unix socket.</summary>
    public void Listen(string name, ListenAddress listener, int strength)
    {
        if (listener.UnixPath is { } path)
            options.Connections.UnixSocketPath = path;
        else
            Listeners.Listen(name, listener, strength);
    }

    /// <summary>Limits the number of AMQP connections. The smallest limit of several calls applies; 0 is no limit.</summary>
    public void LimitConnections(int most) => options.Connections.MaxConnections = Smaller(options.Connections.MaxConnections, most);

    /// <summary>Limits the number of channels per connection. The smallest limit of several calls applies; 0 is no limit.</summary>
    public void LimitChannels(ushort most) => options.Connections.ChannelMax = (ushort)(_channelMax = Smaller(_channelMax, most));

    /// <summary>Allows the web pages of an origin to use the HTTP API.</summary>
    public void AddCorsOrigin(string origin) => _corsOrigins.Add(origin);

    /// <summary>Adds a file or folder with definitions to import.</summary>
    public void ImportDefinitions(string setting, string path) => _definitions.Add(new DefinitionSource(setting, path));

    /// <summary>Computes the options that depend on more than one setting. Call after all settings are applied.</summary>
    public void Complete()
    {
        Listeners.ApplyEarlierKeys();
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
        options.Definitions.Sources =
            [.. _definitions.OrderBy(source => source.Setting.StartsWith("management", StringComparison.Ordinal))];
        options.Shovels = [.. _shovels.Values];
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

/// <summary>An occurrence of a setting in a file, a variable or the command line.</summary>
/// <param name="Name">Part of the key that the wildcard matched; empty without a wildcard.</param>
/// <param name="Strength">Strength of the value's <see cref="SettingSource"/>.</param>
internal readonly record struct Occurrence(string Name, int Strength);
