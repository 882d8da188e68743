using System.Net;
using System.Net.Sockets;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting.Tls;

namespace Amqp.Server.Hosting;

/// <summary>Checks, without starting the broker, the certificates, definition files, addresses and folders in the settings.</summary>
internal static class StartChecks
{
    private static readonly TimeSpan _soon = TimeSpan.FromDays(30);

    /// <summary>Runs all checks and adds the errors and warnings to the configuration. Call only if it has no errors yet.</summary>
    public static void Run(BrokerConfiguration configuration)
    {
        BrokerOptions options = configuration.Options;
        foreach (TlsOptions tls in new[] { options.Tls, options.Management.Tls, options.Statistics.MetricsTls }.Where(
            tls => tls.Listeners.Count > 0))
            Try(configuration, () => CheckCertificates(configuration, tls));
        foreach (DefinitionSource source in options.Definitions.Sources)
            Try(configuration, () => StartDefinitions.Check(source));
        IEnumerable<IPEndPoint> endPoints =
            [
                .. options.Listeners, .. options.Tls.Listeners, .. options.Management.Listeners, .. options.Management.Tls.Listeners,
                .. options.Statistics.MetricsListeners, .. options.Statistics.MetricsTls.Listeners
            ];
        foreach (IPEndPoint endPoint in endPoints.DistinctBy(endPoint => endPoint.Address))
            Try(configuration, () => CheckAddress(endPoint));
        if (File.Exists(options.DataDirectory))
            configuration.AddError($"data_dir: {options.DataDirectory} is a file");
    }

    private static void CheckCertificates(BrokerConfiguration configuration, TlsOptions tls)
    {
        DateTime expires = new CertificateFiles(tls).Load().Expires;
        if (expires < DateTime.UtcNow)
            configuration.AddWarning(
                $"{tls.Prefix}.certfile: the certificate in {tls.CertificateFile} expired at {expires:u}; clients will refuse it");
        else if (expires < DateTime.UtcNow + _soon)
            configuration.AddWarning($"{tls.Prefix}.certfile: the certificate in {tls.CertificateFile} expires at {expires:u}");
    }

    private static void CheckAddress(IPEndPoint endPoint)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(endPoint.Address, 0));
        }
        catch (SocketException error)
            when (error.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            throw ListenSockets.NoSuchAddress(endPoint, error);
        }
    }

    private static void Try(BrokerConfiguration configuration, Action check)
    {
        try
        {
            check();
        }
        catch (Exception error) when (error is ConfigurationException or StartDefinitionsException)
        {
            configuration.AddError(error.Message);
        }
    }
}
