using System.Net;
using System.Security.Authentication;

namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>ssl_options</c> and related settings. Files are in PEM format, and are read again when they change.</summary>
public sealed class TlsOptions
{
    /// <summary>Prefix of the keys of these settings.</summary>
    public string Prefix { get; init; } = "ssl_options";

    /// <summary>Addresses of the listeners with TLS.</summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = [];

    /// <summary>File with the server's certificate, followed by the intermediate certificates of its chain.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>File with the private key; null if the key is in the certificate's file.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Password of the private key; null if the key is not encrypted.</summary>
    public string? KeyPassword { get; set; }

    /// <summary>File with the certificates of the authorities that are trusted to issue client certificates.</summary>
    public string? AuthoritiesFile { get; set; }

    /// <summary>True to request a certificate from each client. A trusted authority must have issued it.</summary>
    public bool VerifyPeer { get; set; }

    /// <summary>True to refuse clients without a certificate.</summary>
    public bool DemandPeerCertificate { get; set; }

    /// <summary>Largest number of intermediate certificates between a client's certificate and that of the authority.</summary>
    public int Depth { get; set; } = 1;

    /// <summary>Versions of TLS that are offered.</summary>
    public SslProtocols Versions { get; set; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>True if clients may resume sessions.</summary>
    public bool ResumesSessions { get; set; } = true;

    /// <summary>Time limit for the TLS handshake; <see cref="Timeout.InfiniteTimeSpan"/> is no limit.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Part of a client's certificate that contains the user name for the SASL mechanism EXTERNAL.</summary>
    public CertificateName LoginFrom { get; set; } = CertificateName.DistinguishedName;

    /// <summary>Type of the alternative name to use as user name. Used with <see cref="CertificateName.AlternativeName"/>.</summary>
    public AlternativeNameType AlternativeNameType { get; set; } = AlternativeNameType.Dns;

    /// <summary>
    /// Index of the alternative name among those of this type, from 0. Used with <see cref="CertificateName.AlternativeName"/>.
    /// </summary>
    public int AlternativeNameIndex { get; set; }
}

/// <summary>Values of RabbitMQ's setting <c>ssl_cert_login_from</c>.</summary>
public enum CertificateName
{
    DistinguishedName,
    CommonName,
    AlternativeName,
}

/// <summary>Values of RabbitMQ's setting <c>ssl_cert_login_san_type</c>, without the types whose names are not text.</summary>
public enum AlternativeNameType
{
    Dns,
    Email,
    Uri,
}
