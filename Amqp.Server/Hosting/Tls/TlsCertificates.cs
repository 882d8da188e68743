using System.Security.Cryptography;
using Amqp.Server.Configuration;
using Amqp.Server.Logging;

namespace Amqp.Server.Hosting.Tls;

/// <summary>The certificates of TLS listeners, reloaded when their files have changed. Thread-safe.</summary>
/// <remarks>
/// When a client connects, the contents of the files are compared, at most once a second. Modification times are not enough, because they
/// do not show every change that Kubernetes makes. If the new certificates are unusable, the old certificates stay in use.
/// </remarks>
internal sealed class TlsCertificates
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly CertificateFiles _files;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _reload = new();
    private byte[] _digest;
    private long _lookedAt;
    private volatile LoadedCertificates _loaded;

    /// <summary>Loads the certificates.</summary>
    /// <exception cref="ConfigurationException">A file is missing or invalid.</exception>
    public TlsCertificates(TlsOptions options, TimeProvider clock, ILogger logger)
    {
        (_files, _clock, _logger) = (new CertificateFiles(options), clock, logger);
        _lookedAt = clock.GetTimestamp();
        _loaded = _files.Load();
        _digest = Digest();
    }

    /// <summary>The certificates for a new handshake. The getter reloads changed files.</summary>
    public LoadedCertificates Current
    {
        get
        {
            if (_clock.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= _interval && _reload.TryEnter())
            {
                try
                {
                    ReloadIfChanged();
                }
                finally
                {
                    _reload.Exit();
                }
            }
            return _loaded;
        }
    }

    private void ReloadIfChanged()
    {
        Volatile.Write(ref _lookedAt, _clock.GetTimestamp());
        try
        {
            byte[] digest = Digest();
            if (digest.AsSpan().SequenceEqual(_digest))
                return;
            _digest = digest; // set even if the new files cannot be used, so that each change is logged once
            _loaded = _files.Load(); // the old certificates are not disposed of: handshakes in progress still use them
            _logger.CertificatesLoaded(_loaded.Expires);
        }
        catch (Exception error) when (error is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            _logger.CertificatesNotLoaded(error.Message);
        }
    }

    private byte[] Digest()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in _files.Names)
            digest.AppendData(File.ReadAllBytes(file));
        return digest.GetHashAndReset();
    }
}
