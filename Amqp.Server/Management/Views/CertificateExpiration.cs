using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Server.Management.Views;

/// <summary>Which certificates of a PEM file run out before a time, as RabbitMQ tells it.</summary>
internal static class CertificateExpiration
{
    /// <summary>When each of them runs out, in UTC, or why that cannot be said.</summary>
    /// <param name="file">Null when there is none.</param>
    /// <param name="now">The time.</param>
    /// <param name="limit">Those that are good until then are not named.</param>
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
