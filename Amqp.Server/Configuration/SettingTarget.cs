using System.Security.Authentication;

namespace Amqp.Server.Configuration;

/// <summary>What settings are applied to: the options, and what can only be worked out when all settings are known.</summary>
/// <param name="options">Receives the values.</param>
internal sealed class SettingTarget(BrokerOptions options)
{
    private readonly SortedSet<string> _loopbackUsers = new(options.LoopbackUsers, StringComparer.Ordinal);
    private readonly SortedDictionary<string, bool> _defaultUserTags = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DefaultUser> _defaultUsers = new(StringComparer.Ordinal);
    private readonly List<string> _corsOrigins = [];
    private readonly List<DefinitionSource> _definitions = [];
    private SslProtocols _tlsVersions = SslProtocols.None;

    public BrokerOptions Options => options;
    public ListenerPlan Listeners { get; } = new();
    public MemoryWatermark Memory { get; } = new();
    public DiskFreeLimit Disk { get; } = new();
    public StorePlan Store { get; } = new();

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

    /// <summary>Adds a version of TLS. Whoever names any names all.</summary>
    public void AddTlsVersion(SslProtocols version) => _tlsVersions |= version;

    /// <summary>Adds an origin whose pages may use the HTTP API.</summary>
    public void AddCorsOrigin(string origin) => _corsOrigins.Add(origin);

    /// <summary>Adds a place of definitions.</summary>
    public void ImportDefinitions(string setting, string path) => _definitions.Add(new DefinitionSource(setting, path));

    /// <summary>Finishes the options once every setting is applied.</summary>
    public void Complete()
    {
        options.Listeners = Listeners.AmqpEndPoints();
        options.Tls.Listeners = Listeners.TlsEndPoints();
        if (_tlsVersions != SslProtocols.None)
            options.Tls.Versions = _tlsVersions;
        options.ManagementTls.Listeners = Listeners.ManagementTlsEndPoints();
        CompleteManagementTls();
        options.Cors.Origins = _corsOrigins;
        options.Definitions.Sources = [.. _definitions.OrderBy(source => source.Setting.StartsWith("management", StringComparison.Ordinal))];
        options.ManagementListeners = Listeners.ManagementEndPoints();
        options.Statistics.MetricsListeners = Listeners.MetricsEndPoints();
        options.LoopbackUsers = WithoutLoopbackUsers ? [] : [.. _loopbackUsers];
        if (_defaultUserTags.Count > 0)
            options.DefaultAccess.Tags = [.. _defaultUserTags.Where(tag => tag.Value).Select(tag => tag.Key)];
        options.DefaultAccess.Users = [.. _defaultUsers.Values];
        options.MemoryHighWatermark = Memory.Resolve();
        options.DiskFreeLimit = Disk.Resolve(Memory);
        options.Store = Store.ToOptions(Memory, options.DiskFreeLimit);
    }

    /// <summary>What is not said of the HTTP API's certificates is as it is for AMQP.</summary>
    private void CompleteManagementTls()
    {
        var (own, common) = (options.ManagementTls, options.Tls);
        (own.Versions, own.Depth, own.HandshakeTimeout) = (common.Versions, common.Depth, common.HandshakeTimeout);
        own.AuthoritiesFile ??= common.AuthoritiesFile;
        if (own.CertificateFile is not null)
            return;
        (own.CertificateFile, own.KeyFile, own.KeyPassword) = (common.CertificateFile, common.KeyFile, common.KeyPassword);
    }
}

/// <summary>How a setting was given.</summary>
/// <param name="Name">What stands for the wildcard of the setting's key; empty when it has none.</param>
/// <param name="Strength">That of its <see cref="SettingSource"/>.</param>
internal readonly record struct Occurrence(string Name, int Strength);
