using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Configuration;

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

    private readonly TlsOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _reload = new();
    private byte[] _digest;
    private long _lookedAt;
    private volatile LoadedCertificates _loaded;

    /// <exception cref="StartException">A file is not there, or is not what it should be.</exception>
    public TlsCertificates(TlsOptions options, TimeProvider clock, ILogger logger)
    {
        (_options, _clock, _logger) = (options, clock, logger);
        try
        {
            _lookedAt = clock.GetTimestamp();
            _digest = Digest();
            _loaded = Load();
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            throw new StartException($"Cannot use the certificates of {options.Prefix}: {error.Message}", error);
        }
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
            _loaded = Load(); // handshakes still under way keep the old ones, so those are not disposed of
            _logger.CertificatesLoaded(_loaded.Expires);
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            _logger.CertificatesNotLoaded(error.Message);
        }
    }

    private LoadedCertificates Load()
    {
        string file = _options.CertificateFile!;
        using var ephemeral = _options.KeyPassword is null
            ? X509Certificate2.CreateFromPemFile(file, _options.KeyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(file, _options.KeyPassword, _options.KeyFile);
        // Through PKCS#12: on some systems SslStream cannot use a key that is in memory only.
        var certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(file);
        var authorities = new X509Certificate2Collection();
        if (_options.AuthoritiesFile is { } authoritiesFile)
            authorities.ImportFromPemFile(authoritiesFile);
        chain.AddRange(authorities);
        return new LoadedCertificates(SslStreamCertificateContext.Create(certificate, chain, offline: true), authorities, certificate.NotAfter.ToUniversalTime());
    }

    private byte[] Digest()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string? file in new[] { _options.CertificateFile, _options.KeyFile, _options.AuthoritiesFile })
        {
            if (file is not null)
                digest.AppendData(File.ReadAllBytes(file));
        }
        return digest.GetHashAndReset();
    }

    private static bool IsOfFiles(Exception error) => error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}

/// <summary>Certificates as they were read.</summary>
/// <param name="Server">The server's, with its key and what leads to its authority.</param>
/// <param name="Authorities">Whose client certificates are trusted.</param>
/// <param name="Expires">When the server's certificate runs out, in UTC.</param>
internal sealed record LoadedCertificates(SslStreamCertificateContext Server, X509Certificate2Collection Authorities, DateTime Expires);
