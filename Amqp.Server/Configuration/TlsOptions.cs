using System.Net;
using System.Security.Authentication;

namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>ssl_options</c> and what goes with them. Files are in PEM; a change of theirs is noticed.</summary>
public sealed class TlsOptions
{
    /// <summary>What stands before the names of these settings.</summary>
    public string Prefix { get; init; } = "ssl_options";

    /// <summary>Addresses that speak TLS.</summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = [];

    /// <summary>The server's certificate, and behind it those that lead to one that clients trust.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The certificate's key; null when it is in the same file.</summary>
    public string? KeyFile { get; set; }

    /// <summary>What the key is encrypted with; null when it is not.</summary>
    public string? KeyPassword { get; set; }

    /// <summary>The authorities whose client certificates are trusted.</summary>
    public string? AuthoritiesFile { get; set; }

    /// <summary>Whether clients are asked for a certificate, which then must be one of a trusted authority.</summary>
    public bool VerifyPeer { get; set; }

    /// <summary>Whether clients must have a certificate.</summary>
    public bool DemandPeerCertificate { get; set; }

    /// <summary>Certificates that may stand between a client's and its authority's.</summary>
    public int Depth { get; set; } = 1;

    /// <summary>The versions offered.</summary>
    public SslProtocols Versions { get; set; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Whether clients may resume sessions.</summary>
    public bool ResumesSessions { get; set; } = true;

    /// <summary>How long a client may take for the handshake of TLS; <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Where in its certificate a client's user name is, for EXTERNAL.</summary>
    public CertificateName LoginFrom { get; set; } = CertificateName.DistinguishedName;

    /// <summary>Which of the alternative names, for <see cref="CertificateName.AlternativeName"/>.</summary>
    public AlternativeNameType AlternativeNameType { get; set; } = AlternativeNameType.Dns;

    /// <summary>The position among the alternative names of that type, from 0.</summary>
    public int AlternativeNameIndex { get; set; }
}

/// <summary>RabbitMQ's <c>ssl_cert_login_from</c>.</summary>
public enum CertificateName
{
    DistinguishedName,
    CommonName,
    AlternativeName,
}

/// <summary>RabbitMQ's <c>ssl_cert_login_san_type</c>, as far as names are text.</summary>
public enum AlternativeNameType
{
    Dns,
    Email,
    Uri,
}
