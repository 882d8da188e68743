using System.Security.Authentication;

namespace Amqp.Server.Configuration;

/// <summary>Collects the TLS settings of one kind of listener. Options that are not set are copied from the TLS options of AMQP.</summary>
/// <param name="options">Options to set.</param>
internal sealed class TlsPlan(TlsOptions options)
{
    private SslProtocols _versions = SslProtocols.None;
    private int? _depth;

    /// <summary>The options. Settings that do not depend on other settings change the options directly.</summary>
    public TlsOptions Options => options;

    /// <summary>Adds a version of TLS. If any version is added, the default versions are not offered.</summary>
    public void AddVersion(SslProtocols version) => _versions |= version;

    /// <summary>Limits the number of intermediate certificates.</summary>
    public void LimitDepth(int depth) => _depth = depth;

    /// <summary>Computes the options. Call after all settings are applied.</summary>
    /// <param name="common">Complete TLS options of AMQP; null if this plan is for AMQP.</param>
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
