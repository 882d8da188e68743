using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Broker.Names;
using Amqp.Server.Configuration;

namespace Amqp.Server.Problems;

/// <summary>Finds TLS certificates of the broker's listeners that expire soon. Used by one thread at a time.</summary>
/// <remarks>Reads the files at most once a minute.</remarks>
internal sealed class CertificateProblems(BrokerOptions options)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    /// <summary>A certificate that expires within this time is critical.</summary>
    private static readonly TimeSpan _criticalTime = TimeSpan.FromDays(7);

    private readonly List<Problem> _found = [];
    private DateTimeOffset _next;

    public IEnumerable<ProblemGroup> Find(DateTimeOffset now)
    {
        if (now >= _next)
        {
            _next = now + _interval;
            _found.Clear();
            var tls = new[] { options.Tls, options.Management.Tls, options.Statistics.MetricsTls }.Where(tls => tls.Listeners.Count > 0);
            foreach (string file in tls.SelectMany(tls => new[] { tls.CertificateFile, tls.AuthoritiesFile }).OfType<string>().Distinct())
                Look(file, now);
        }
        return _found.Select(problem => ProblemGroup.Of(problem, Audience.Monitoring));
    }

    private void Look(string file, DateTimeOffset now)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            _found.Add(Problem(
                "certificate_unreadable", Severity.Warning, $"The certificate file {file} cannot be read: {Words.End(error.Message)}",
                "The certificates that are loaded stay in use until the broker stops. Correct the file before a restart."));
            return;
        }
        if (certificates.MinBy(certificate => certificate.NotAfter) is { } first && first.NotAfter - now < options.Problems.CertificateTime)
            _found.Add(Expiring(file, first, now));
        foreach (var certificate in certificates)
            certificate.Dispose();
    }

    private static Problem Expiring(string file, X509Certificate2 certificate, DateTimeOffset now)
    {
        var left = certificate.NotAfter - now;
        string end = certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return Problem(
            "certificate_expires", left < _criticalTime ? Severity.Critical : Severity.Warning,
            left < TimeSpan.Zero
                ? $"The certificate '{certificate.Subject}' in {file} expired {Words.Time(-left.TotalMilliseconds)} ago ({end} UTC)."
                : $"The certificate '{certificate.Subject}' in {file} expires in {Words.Time(left.TotalMilliseconds)} ({end} UTC).",
            "Replace the file. The broker reads it again at the next TLS connection, without a restart.");
    }

    private static Problem Problem(string kind, Severity severity, string text, string advice) =>
        new(kind, severity, "node", Node.Name, text, advice);
}
