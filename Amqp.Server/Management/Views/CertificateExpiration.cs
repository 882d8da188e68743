using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Server.Management.Views;

/// <summary>Finds the certificates of a PEM file that expire before a given time or are not valid yet.</summary>
internal static class CertificateExpiration
{
    /// <summary>Returns RabbitMQ's text for each certificate that expires before <paramref name="limit"/> or is not valid yet.</summary>
    /// <remarks>If the file cannot be used, returns a text with the reason.</remarks>
    /// <param name="file">Path of the PEM file; null: not configured.</param>
    /// <param name="now">The current time, in UTC.</param>
    /// <param name="limit">Earliest accepted expiry time, in UTC.</param>
    public static IReadOnlyList<string> Find(string? file, DateTime now, DateTime limit)
    {
        if (file is null)
            return [];
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return [error.Message];
        }
        if (certificates.Count == 0)
            return ["The certificate file provided does not contain any PEM entry."];
        List<string> found = [];
        foreach (var certificate in certificates)
        {
            using (certificate)
            {
                if (certificate.NotBefore.ToUniversalTime() > now)
                    found.Add("Certificate is not yet valid");
                else if (certificate.NotAfter.ToUniversalTime() is var end && end < limit)
                    found.Add(end.ToString("yyyy-MM-dd H:mm:ss", CultureInfo.InvariantCulture));
            }
        }
        return found;
    }
}
