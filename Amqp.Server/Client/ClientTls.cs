using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Server.Client;

/// <summary>The TLS parameters of an <see cref="AmqpUri"/>.</summary>
internal sealed record ClientTls
{
    /// <summary>True to verify the other broker's certificate. False by default, as in RabbitMQ 3.10.</summary>
    public bool Verifies { get; init; }

    /// <summary>File with the certificates of trusted authorities, in PEM; null for those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>File with the client's certificate, in PEM; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>File with the client's key, in PEM.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Password of <see cref="KeyFile"/>; null if the key is not encrypted.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>The server name to send and to verify; null for the host of the address, empty for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>Encrypts a connection. Disposes of <paramref name="stream"/> if that fails.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="host">The host of the address.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    /// <exception cref="ClientException">The handshake failed, or a file is unusable.</exception>
    public async Task<Stream> EncryptAsync(Stream stream, string host, CancellationToken cancellation)
    {
        var encrypted = new SslStream(stream);
        try
        {
            await encrypted.AuthenticateAsClientAsync(Options(host), cancellation);
            return encrypted;
        }
        catch (Exception error) when (error is AuthenticationException or CryptographicException or IOException
            or UnauthorizedAccessException or ArgumentException)
        {
            await encrypted.DisposeAsync();
            throw new ClientException($"TLS failed: {error.Message}", cause: error);
        }
        catch
        {
            await encrypted.DisposeAsync();
            throw;
        }
    }

    private SslClientAuthenticationOptions Options(string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = ServerName ?? host };
        if (CertificateFile is not null)
            options.ClientCertificates = [Certificate(CertificateFile)];
        if (!Verifies)
        {
            // RabbitMQ's default for shovels and federation. The page on shovels says how to turn verification on.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (AuthorityFile is not null)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(AuthorityFile);
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        return options;
    }

    private X509Certificate2 Certificate(string file) => KeyPassword is null
        ? X509Certificate2.CreateFromPemFile(file, KeyFile)
        : X509Certificate2.CreateFromEncryptedPemFile(file, KeyPassword, KeyFile);
}
