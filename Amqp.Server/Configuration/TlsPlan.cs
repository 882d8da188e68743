using System.Security.Authentication;

namespace Amqp.Server.Configuration;

/// <summary>Gathers what the settings say of one kind of listener's TLS; what they do not say is as for AMQP.</summary>
/// <param name="options">Receives the values.</param>
internal sealed class TlsPlan(TlsOptions options)
{
    private SslProtocols _versions = SslProtocols.None;
    private int? _depth;

    /// <summary>Where values go that stand alone.</summary>
    public TlsOptions Options => options;

    /// <summary>Adds a version of TLS. Whoever names any names all.</summary>
    public void AddVersion(SslProtocols version) => _versions |= version;

    /// <summary>Sets how many certificates may stand in between.</summary>
    public void LimitDepth(int depth) => _depth = depth;

    /// <summary>Finishes the options.</summary>
    /// <param name="common">Those of AMQP, complete; null for these themselves.</param>
    public void Complete(TlsOptions? common)
    {
        options.Versions = _versions != SslProtocols.None ? _versions : common?.Versions ?? options.Versions;
        options.Depth = _depth ?? common?.Depth ?? options.Depth;
        if (common is null)
            return;
        options.HandshakeTimeout = common.HandshakeTimeout;
        options.ResumesSessions = common.ResumesSessions;
        options.AuthoritiesFile ??= common.AuthoritiesFile;
        if (options.CertificateFile is null)
            (options.CertificateFile, options.KeyFile, options.KeyPassword) = (common.CertificateFile, common.KeyFile, common.KeyPassword);
    }
}
