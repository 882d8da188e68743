using System.Net;
using System.Net.Sockets;

namespace Amqp.Server.Configuration;

/// <summary>Gathers what the settings say of addresses and ports, then says where to listen.</summary>
/// <remarks>
/// A listener given as a port alone listens on the bind addresses, which are loopback until someone opens the broker
/// to the network. A bind set by a stronger source than a listener (the command line over a file) replaces its address.
/// </remarks>
internal sealed class ListenerPlan
{
    private const int AmqpPort = 5672;
    private const int ManagementPort = 15672;
    private const int MetricsPort = 15692;
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

    /// <summary>True when no listener takes AMQP connections: <c>listeners.tcp = none</c>.</summary>
    public bool WithoutAmqp { get; set; }

    /// <summary>True when no listener takes AMQP over TLS: <c>listeners.ssl = none</c>.</summary>
    public bool WithoutTls { get; set; }

    /// <summary>The port of the HTTP API; null: RabbitMQ's own, unless there is one with TLS.</summary>
    public int? ManagementOn { get; set; }

    /// <summary>The port of the HTTP API over TLS; null: none.</summary>
    public int? ManagementWithTlsOn { get; set; }

    /// <summary>The port for Prometheus; null: as far from the HTTP API's as in RabbitMQ, so that brokers beside each other do not meet there.</summary>
    public int? MetricsOn { get; set; }

    /// <summary>The port for Prometheus over TLS; null: none.</summary>
    public int? MetricsWithTlsOn { get; set; }

    /// <summary>True when no listener answers Prometheus without TLS: <c>prometheus.tcp.listener = none</c>.</summary>
    public bool WithoutMetrics { get; set; }

    /// <summary>The port of the HTTP API as RabbitMQ 3.7 set it; null: not set so.</summary>
    public int? EarlierManagementOn { get; set; }

    /// <summary>Whether that port, and that address, are for TLS.</summary>
    public bool IsEarlierManagementWithTls { get; set; }

    /// <summary>Sets the addresses for listeners that name none.</summary>
    public void Bind(IReadOnlyList<IPAddress> addresses, int strength) => (_bind, _bindStrength) = (addresses, strength);

    /// <summary>Adds an AMQP listener, or replaces the one of this name.</summary>
    public void Listen(string name, ListenAddress listener, int strength) => _amqp[name] = (listener, strength);

    /// <summary>Adds a listener for AMQP over TLS, or replaces the one of this name.</summary>
    public void ListenWithTls(string name, ListenAddress listener, int strength) => _tls[name] = (listener, strength);

    /// <summary>Sets the one address of the HTTP API.</summary>
    public void ManageOn(IPAddress address, int strength) => (_managementAddress, _managementAddressStrength) = (address, strength);

    /// <summary>Sets the one address for Prometheus.</summary>
    public void MeasureOn(IPAddress address, int strength) => (_metricsAddress, _metricsAddressStrength) = (address, strength);

    /// <summary>Sets the one address of the HTTP API over TLS.</summary>
    public void ManageWithTlsOn(IPAddress address, int strength) => (_managementTlsAddress, _managementTlsAddressStrength) = (address, strength);

    /// <summary>Sets address and port for Prometheus; with neither there is none without TLS.</summary>
    public void Measure(ListenAddress listener, int strength)
    {
        WithoutMetrics = listener == default;
        if (WithoutMetrics)
            return;
        MetricsOn = listener.Port;
        if (listener.Address is { } address)
            MeasureOn(address, strength);
    }

    /// <summary>Sets the one address for Prometheus over TLS.</summary>
    public void MeasureWithTlsOn(IPAddress address, int strength) => (_metricsTlsAddress, _metricsTlsAddressStrength) = (address, strength);

    /// <summary>Sets the one address of the HTTP API as RabbitMQ 3.7 did.</summary>
    public void ManageEarlierOn(IPAddress address, int strength) => _earlierManagementAddress = (address, strength);

    /// <summary>Lets the names that RabbitMQ 3.7 had for the HTTP API's listener stand for today's, where those are not set.</summary>
    public void TakeEarlierNames()
    {
        if (IsEarlierManagementWithTls)
        {
            ManagementWithTlsOn ??= EarlierManagementOn ?? ManagementPort;
            if (_managementTlsAddress is null && _earlierManagementAddress is var (address, strength))
                ManageWithTlsOn(address, strength);
        }
        else
        {
            ManagementOn ??= EarlierManagementOn;
            if (_managementAddress is null && _earlierManagementAddress is var (address, strength))
                ManageOn(address, strength);
        }
    }

    /// <summary>Where AMQP connections are taken, without repetition.</summary>
    public IReadOnlyList<IPEndPoint> AmqpEndPoints()
    {
        if (WithoutAmqp)
            return [];
        if (_amqp.Count == 0)
            return EndPoints(null, 0, AmqpPort).ToList();
        return EndPoints(_amqp.Values);
    }

    /// <summary>Where AMQP over TLS is taken, without repetition.</summary>
    public IReadOnlyList<IPEndPoint> TlsEndPoints() => WithoutTls ? [] : EndPoints(_tls.Values);

    /// <summary>Where the HTTP API answers.</summary>
    public IReadOnlyList<IPEndPoint> ManagementEndPoints()
    {
        // As in RabbitMQ: whoever sets up TLS, and nothing else, wants nothing else.
        if (ManagementWithTlsOn is not null && ManagementOn is null && _managementAddress is null)
            return [];
        return EndPoints(_managementAddress, _managementAddressStrength, ManagementOn ?? ManagementPort).ToList();
    }

    /// <summary>Where the HTTP API answers over TLS.</summary>
    public IReadOnlyList<IPEndPoint> ManagementTlsEndPoints() =>
        ManagementWithTlsOn is { } port ? EndPoints(_managementTlsAddress, _managementTlsAddressStrength, port).ToList() : [];

    /// <summary>Where Prometheus is answered.</summary>
    public IReadOnlyList<IPEndPoint> MetricsEndPoints()
    {
        // As for the HTTP API.
        if (WithoutMetrics || (MetricsWithTlsOn is not null && MetricsOn is null && _metricsAddress is null))
            return [];
        int management = ManagementOn ?? ManagementWithTlsOn ?? ManagementPort;
        int port = MetricsOn ?? (management == 0 ? 0 : management + MetricsPort - ManagementPort);
        return port > IPEndPoint.MaxPort ? [] : EndPoints(_metricsAddress, _metricsAddressStrength, port).ToList();
    }

    /// <summary>Where Prometheus is answered over TLS.</summary>
    public IReadOnlyList<IPEndPoint> MetricsTlsEndPoints() =>
        MetricsWithTlsOn is { } port ? EndPoints(_metricsTlsAddress, _metricsTlsAddressStrength, port).ToList() : [];

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

    // A kernel may know IPv6 and still have no ::1 (net.ipv6.conf.all.disable_ipv6), so only trying tells.
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

/// <summary>A listener as written in a setting: a port, with an address or for the bind addresses.</summary>
/// <param name="Address">The address; null where none is named.</param>
/// <param name="Port">The port; 0 is any free one.</param>
/// <param name="UnixPath">The path of a Unix socket, in place of both.</param>
internal readonly record struct ListenAddress(IPAddress? Address, int Port, string? UnixPath = null);
