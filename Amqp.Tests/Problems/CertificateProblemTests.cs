using Amqp.Server.Configuration;
using Amqp.Server.Problems;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Problems;

/// <summary>Certificates that expire soon are found. A server certificate of the tests is valid for an hour.</summary>
public sealed class CertificateProblemTests
{
    [TestCase(30, 0, "critical", "expires in \\d+ (min|h)")]
    [TestCase(30, 2, "critical", "expired \\d+ min ago")]
    [TestCase(0, 2, "critical", "expired \\d+ min ago")]
    public void A_certificate_that_expires_soon(int days, int hoursLater, string severity, string text)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.IssueForServer();
        var found = Find(OptionsFor(authority.ServerCertificateFile, days), DateTimeOffset.UtcNow.AddHours(hoursLater));

        Assert.That(found.Select(problem => problem.Kind), Is.EqualTo(new[] { "certificate_expires" }));
        Assert.That($"{found[0].Severity}", Is.EqualTo(severity).IgnoreCase);
        Assert.That(found[0].Text, Does.Match($"^The certificate 'CN=localhost' in .*/server\\.pem {text} \\([\\d-]+ [\\d:]+ UTC\\)\\.$"));
    }

    [Test]
    public void A_certificate_that_is_good_for_longer_is_no_problem()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.IssueForServer();

        Assert.That(Find(OptionsFor(authority.ServerCertificateFile, 0), DateTimeOffset.UtcNow), Is.Empty);
    }

    [Test]
    public void Without_a_tls_listener_no_file_is_read()
    {
        var options = OptionsFor("/none", 30);
        options.Tls.Listeners = [];

        Assert.That(Find(options, DateTimeOffset.UtcNow), Is.Empty);
    }

    [Test]
    public void A_file_that_cannot_be_read()
    {
        var found = Find(OptionsFor("/none", 30), DateTimeOffset.UtcNow);

        Assert.That(found.Select(problem => problem.Kind), Is.EqualTo(new[] { "certificate_unreadable" }));
    }

    private static BrokerOptions OptionsFor(string file, int days)
    {
        var options = new BrokerOptions();
        options.Tls.Listeners = [new(System.Net.IPAddress.Loopback, 5671)];
        options.Tls.CertificateFile = file;
        options.Problems.CertificateTime = TimeSpan.FromDays(days);
        return options;
    }

    private static Problem[] Find(BrokerOptions options, DateTimeOffset now) =>
        [.. new CertificateProblems(options).Find(now).SelectMany(group => group.Worst)];
}
