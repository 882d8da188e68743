using System.Net;
using System.Net.Sockets;

namespace Amqp.Server.Configuration;

/// <summary>Collects the settings for addresses and ports, and computes the endpoints to listen on.</summary>
/// <remarks>
/// A listener without an address uses the addresses of the setting <c>bind</c>, by default loopback. A listener's own address is
/// replaced by a <c>bind</c> from a stronger source: the command line, for example, is stronger than a file.
/// </remarks>
internal sealed class ListenerPlan
{
    private const int DefaultAmqpPort = 5672;
    private const int DefaultManagementPort = 15672;
    private const int DefaultMetricsPort = 15692;
    private readonly SortedDictionary<string, (ListenAddress Listener, int Strength)> _amqp = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (ListenAddress Listener, int Strength)> _tls = new(StringComparer.Ordinal);
    private IReadOnlyList<IPAddress>? _bind;
    private int _bindStrength;
    private IPAddress? _managementAddress;
    private int _managementAddressStrength;
    private IPAddress? _metricsAddress;
    private int _metricsAddressStrength;
    private IPAddress? _managementTlsAddress;
    private int _managementTlsAddressStrength;
    private IPAddress? _metricsTlsAddress;
    private int _metricsTlsAddressStrength;
    private (IPAddress Address, int Strength)? _earlierManagementAddress;

    /// <summary>True if no listener accepts AMQP without TLS: <c>listeners.tcp = none</c>.</summary>
    public bool WithoutAmqp { get; set; }

    /// <summary>True if no listener accepts AMQP over TLS: <c>listeners.ssl = none</c>.</summary>
    public bool WithoutTls { get; set; }

    /// <summary>
    /// Port of the HTTP API without TLS; null if not configured. The default is 15672. If only the port with TLS is configured, there is no
    /// port without TLS.
    /// </summary>
    public int? ManagementPort { get; set; }

    /// <summary>Port of the HTTP API over TLS; null for none.</summary>
    public int? ManagementTlsPort { get; set; }

    /// <summary>Port for Prometheus without TLS; null if not configured. The default is the port of the HTTP API plus 20.</summary>
    public int? MetricsPort { get; set; }

    /// <summary>Port for Prometheus over TLS; null for none.</summary>
    public int? MetricsTlsPort { get; set; }

    /// <summary>True if there is no listener for Prometheus without TLS: <c>prometheus.tcp.listener = none</c>.</summary>
    public bool WithoutMetrics { get; set; }

    /// <summary>Port of the HTTP API from the key of RabbitMQ 3.7; null if not set.</summary>
    public int? EarlierManagementPort { get; set; }

    /// <summary>True if the keys of RabbitMQ 3.7 configure the HTTP API with TLS.</summary>
    public bool IsEarlierManagementWithTls { get; set; }

    /// <summary>Sets the addresses of all listeners that have no address of their own.</summary>
    public void Bind(IReadOnlyList<IPAddress> addresses, int strength) => (_bind, _bindStrength) = (addresses, strength);

    /// <summary>Adds an AMQP listener, or replaces the listener of this name.</summary>
    public void Listen(string name, ListenAddress listener, int strength) => _amqp[name] = (listener, strength);

    /// <summary>Adds a listener for AMQP over TLS, or replaces the listener of this name.</summary>
    public void ListenWithTls(string name, ListenAddress listener, int strength) => _tls[name] = (listener, strength);

    /// <summary>Sets the address of the HTTP API. It is used instead of the addresses of <c>bind</c>.</summary>
    public void SetManagementAddress(IPAddress address, int strength) =>
        (_managementAddress, _managementAddressStrength) = (address, strength);

    /// <summary>Sets the address of the listener for Prometheus. It is used instead of the addresses of <c>bind</c>.</summary>
    public void SetMetricsAddress(IPAddress address, int strength) => (_metricsAddress, _metricsAddressStrength) = (address, strength);

    /// <summary>Sets the address of the HTTP API over TLS. It is used instead of the addresses of <c>bind</c>.</summary>
    public void SetManagementTlsAddress(IPAddress address, int strength) =>
        (_managementTlsAddress, _managementTlsAddressStrength) = (address, strength);

    /// <summary>
    /// Sets address and port for Prometheus without TLS. If the setting is <c>none</c>, <paramref name="listener"/> is
    /// <c>default</c>, and there is no such listener.
    /// </summary>
    public void ListenForMetrics(ListenAddress listener, int strength)
    {
        WithoutMetrics = listener == default;
        if (WithoutMetrics)
            return;
        MetricsPort = listener.Port;
        if (listener.Address is { } address)
            SetMetricsAddress(address, strength);
    }

    /// <summary>Sets the address of the listener for Prometheus over TLS. It is used instead of the addresses of <c>bind</c>.</summary>
    public void SetMetricsTlsAddress(IPAddress address, int strength) =>
        (_metricsTlsAddress, _metricsTlsAddressStrength) = (address, strength);

    /// <summary>Sets the address of the HTTP API from the key of RabbitMQ 3.7.</summary>
    public void SetEarlierManagementAddress(IPAddress address, int strength) => _earlierManagementAddress = (address, strength);

    /// <summary>Applies the keys of RabbitMQ 3.7 for the HTTP API. A value is ignored if the current key is set.</summary>
    public void ApplyEarlierKeys()
    {
        if (IsEarlierManagementWithTls)
        {
            ManagementTlsPort ??= EarlierManagementPort ?? DefaultManagementPort;
            if (_managementTlsAddress is null && _earlierManagementAddress is var (address, strength))
                SetManagementTlsAddress(address, strength);
        }
        else
        {
            ManagementPort ??= EarlierManagementPort;
            if (_managementAddress is null && _earlierManagementAddress is var (address, strength))
                SetManagementAddress(address, strength);
        }
    }

    /// <summary>Returns the distinct endpoints for AMQP.</summary>
    public IReadOnlyList<IPEndPoint> AmqpEndPoints()
    {
        if (WithoutAmqp)
            return [];
        if (_amqp.Count == 0)
            return EndPoints(null, 0, DefaultAmqpPort).ToList();
        return EndPoints(_amqp.Values);
    }

    /// <summary>Returns the distinct endpoints for AMQP over TLS.</summary>
    public IReadOnlyList<IPEndPoint> TlsEndPoints() => WithoutTls ? [] : EndPoints(_tls.Values);

    /// <summary>Returns the endpoints of the HTTP API.</summary>
    public IReadOnlyList<IPEndPoint> ManagementEndPoints()
    {
        // As in RabbitMQ, there is no listener without TLS if only a listener with TLS is configured.
        if (ManagementTlsPort is not null && ManagementPort is null && _managementAddress is null)
            return [];
        return EndPoints(_managementAddress, _managementAddressStrength, ManagementPort ?? DefaultManagementPort).ToList();
    }

    /// <summary>Returns the endpoints of the HTTP API over TLS.</summary>
    public IReadOnlyList<IPEndPoint> ManagementTlsEndPoints() =>
        ManagementTlsPort is { } port ? EndPoints(_managementTlsAddress, _managementTlsAddressStrength, port).ToList() : [];

    /// <summary>Returns the endpoints for Prometheus.</summary>
    public IReadOnlyList<IPEndPoint> MetricsEndPoints()
    {
        // As for the HTTP API, there is no listener without TLS if only a listener with TLS is configured.
        if (WithoutMetrics || (MetricsTlsPort is not null && MetricsPort is null && _metricsAddress is null))
            return [];
        int management = ManagementPort ?? ManagementTlsPort ?? DefaultManagementPort;
        int port = MetricsPort ?? (management == 0 ? 0 : management + DefaultMetricsPort - DefaultManagementPort);
        return port > IPEndPoint.MaxPort ? [] : EndPoints(_metricsAddress, _metricsAddressStrength, port).ToList();
    }

    /// <summary>Returns the endpoints for Prometheus over TLS.</summary>
    public IReadOnlyList<IPEndPoint> MetricsTlsEndPoints() =>
        MetricsTlsPort is { } port ? EndPoints(_metricsTlsAddress, _metricsTlsAddressStrength, port).ToList() : [];

    private List<IPEndPoint> EndPoints(IEnumerable<(ListenAddress Listener, int Strength)> entries) => entries
        .SelectMany(entry => EndPoints(entry.Listener.Address, entry.Strength, entry.Listener.Port))
        .Distinct()
        .ToList();

    private IEnumerable<IPEndPoint> EndPoints(IPAddress? own, int strength, int port)
    {
        bool overruled = _bind is not null && _bindStrength > strength;
        IReadOnlyList<IPAddress> addresses = own is null || overruled ? _bind ?? Loopback() : [own];
        return addresses.Distinct().Select(address => new IPEndPoint(address, port));
    }

    private static List<IPAddress> Loopback() =>
        HasLoopback(IPAddress.IPv6Loopback) ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];

    // The kernel may support IPv6 but have no ::1 (net.ipv6.conf.all.disable_ipv6). Only an attempt to bind shows this.
    private static bool HasLoopback(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>A listener as a setting specifies it: a port with an optional address, or the path of a Unix socket.</summary>
/// <param name="Address">IP address; null to use the addresses of <c>bind</c>.</param>
/// <param name="Port">Port; 0 is any free port.</param>
/// <param name="UnixPath">Path of a Unix socket; null for TCP.</param>
internal readonly record struct ListenAddress(IPAddress? Address, int Port, string? UnixPath = null);
