using System.Security.Cryptography;
using Amqp.Server.Configuration;
using Amqp.Server.Logging;

namespace Amqp.Server.Hosting.Tls;

/// <summary>The certificates of the TLS listeners, read again when their files have changed.</summary>
/// <remarks>
/// Thread-safe. The files are looked at when a client connects, but not more than once a second, and compared by what is in them:
/// where they are links that something else turns round, as in Kubernetes, their times tell nothing. New ones that cannot be used
/// are reported, and the old ones stay.
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

    /// <exception cref="ConfigurationException">A file is not there, or is not what it should be.</exception>
    public TlsCertificates(TlsOptions options, TimeProvider clock, ILogger logger)
    {
        (_files, _clock, _logger) = (new CertificateFiles(options), clock, logger);
        _lookedAt = clock.GetTimestamp();
        _loaded = _files.Load();
        _digest = Digest();
    }

    /// <summary>Those to use now.</summary>
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
            _digest = digest; // whether they can be used or not: each change is reported once
            _loaded = _files.Load(); // handshakes still under way keep the old ones, so those are not disposed of
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
