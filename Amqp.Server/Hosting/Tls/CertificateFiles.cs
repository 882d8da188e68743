using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Configuration;

namespace Amqp.Server.Hosting.Tls;

/// <summary>Reads the files that TLS settings name. An exception says in one line why a file cannot be used.</summary>
internal sealed class CertificateFiles(TlsOptions options)
{
    /// <summary>Paths of all configured files.</summary>
    public IEnumerable<string> Names => new[] { options.CertificateFile, options.KeyFile, options.AuthoritiesFile }.OfType<string>();

    /// <summary>Reads all files.</summary>
    /// <exception cref="ConfigurationException">A file is missing or invalid, or a setting is missing.</exception>
    public LoadedCertificates Load()
    {
        if (options.CertificateFile is not { } file)
            throw new ConfigurationException(
                $"{(options.Prefix == "ssl_options" ? "listeners.ssl" : options.Prefix)} needs a "
                    + $"certificate: set {options.Prefix}.certfile and {options.Prefix}.keyfile.");
        if (options is { VerifyPeer: true, AuthoritiesFile: null })
            throw new ConfigurationException(
                $"{options.Prefix}.verify = verify_peer needs trusted authorities: set {options.Prefix}.cacertfile.");
        X509Certificate2Collection chain = Certificates("certfile", file);
        X509Certificate2 certificate = WithKey(chain[0], file);
        var authorities = options.AuthoritiesFile is { } authoritiesFile ? Certificates("cacertfile", authoritiesFile) : [];
        chain.AddRange(authorities);
        return new LoadedCertificates(
            SslStreamCertificateContext.Create(certificate, chain, offline: true), authorities, certificate.NotAfter.ToUniversalTime());
    }

    private X509Certificate2Collection Certificates(string setting, string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Text(setting, file));
        }
        catch (CryptographicException error)
        {
            throw Fault(setting, $"{file} holds a certificate that cannot be read: {error.Message}", error);
        }
        return certificates.Count > 0 ? certificates : throw Fault(setting, $"{file} holds no certificate in PEM");
    }

    private X509Certificate2 WithKey(X509Certificate2 certificate, string certificateFile)
    {
        string file = options.KeyFile ?? certificateFile;
        try
        {
            if (PrivateKeyFile.RefusalOf(certificate.GetKeyAlgorithm()) is { } refusal)
                throw refusal;
            using AsymmetricAlgorithm key = PrivateKeyFile.Read(Text("keyfile", file), options.KeyPassword);
            using X509Certificate2 ephemeral = key is RSA rsa
                ? certificate.CopyWithPrivateKey(rsa)
                : certificate.CopyWithPrivateKey((ECDsa)key);
            // On some systems, SslStream cannot use an ephemeral key. So the certificate is exported to PKCS#12 and loaded again.
            return X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        }
        catch (UnusableKeyException error)
        {
            throw Fault(error.IsOfPassword ? "password" : "keyfile", $"{file} {error.Message}", error);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or CryptographicException)
        {
            throw Fault("keyfile", $"the key in {file} is not that of the certificate in {certificateFile}", error);
        }
    }

    private string Text(string setting, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fault(setting, $"there is no file {file}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Fault(setting, Directory.Exists(file) ? $"{file} is a folder" : $"cannot read {file}: {error.Message}", error);
        }
    }

    private ConfigurationException Fault(string setting, string what, Exception? cause = null) =>
        new($"{options.Prefix}.{setting}: {what}", cause);
}

/// <summary>The certificates from the configured files.</summary>
/// <param name="Server">The server certificate with its key and its chain.</param>
/// <param name="Authorities">Authorities of trusted client certificates.</param>
/// <param name="Expires">Expiry time of the server certificate, in UTC.</param>
internal sealed record LoadedCertificates(SslStreamCertificateContext Server, X509Certificate2Collection Authorities, DateTime Expires);
