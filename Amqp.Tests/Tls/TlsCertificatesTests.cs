using Amqp.Server.Configuration;
using Amqp.Server.Hosting.Tls;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Tls;

/// <summary>The broker reads its certificate files again when they have changed. The test sets the clock.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TlsCertificatesTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly ManualClock _clock = new();
    private readonly Lines _log = new();
    private readonly TlsCertificates _certificates;

    public TlsCertificatesTests()
    {
        _authority.IssueForServer();
        var options = new TlsOptions
        {
            CertificateFile = _authority.ServerCertificateFile,
            KeyFile = _authority.ServerKeyFile,
            AuthoritiesFile = _authority.CertificateFile
        };
        _certificates = new TlsCertificates(options, _clock, _log);
    }

    [TestCase("server.pem")]
    [TestCase("server.key")]
    [TestCase("ca.pem")]
    public void A_change_of_one_file_alone_is_noticed(string file)
    {
        File.AppendAllText(Path.Combine(_authority.Folder, file), "\n");

        LoadedCertificates before = _certificates.Current, after = LookAgain();

        Assert.That(after, Is.Not.SameAs(before));
        Assert.That(_log, Has.One.StartsWith("The certificates have changed and are used from now on"));
    }

    [Test]
    public void Authorities_that_have_changed_are_those_who_are_trusted()
    {
        using var another = new TestAuthority("CN=Another");
        File.Copy(another.CertificateFile, _authority.CertificateFile, overwrite: true);

        Assert.That(LookAgain().Authorities.Select(authority => authority.Subject), Is.EqualTo(new[] { "CN=Another" }));
    }

    [Test]
    public void Files_are_looked_at_once_a_second()
    {
        LoadedCertificates before = _certificates.Current;
        _clock.Pass(999);
        File.AppendAllText(_authority.CertificateFile, "\n");
        Assert.That(_certificates.Current, Is.SameAs(before));

        _clock.Pass(1);

        Assert.That(_certificates.Current, Is.Not.SameAs(before));
    }

    [Test]
    public void Files_that_cannot_be_used_are_told_of_once_and_those_before_stay_until_others_come()
    {
        LoadedCertificates before = _certificates.Current;
        string good = File.ReadAllText(_authority.ServerKeyFile);
        File.WriteAllText(_authority.ServerKeyFile, "no key");
        for (int i = 0; i < 3; i++)
            Assert.That(LookAgain(), Is.SameAs(before));
        Assert.That(
            _log,
            Has.Count.EqualTo(1).And.All.StartsWith("The certificates have changed and cannot be used, so the old ones stay: "));

        File.WriteAllText(_authority.ServerKeyFile, good);

        Assert.That(LookAgain(), Is.Not.SameAs(before));
    }

    public void Dispose() => _authority.Dispose();

    private LoadedCertificates LookAgain()
    {
        _clock.Pass(1_000);
        return _certificates.Current;
    }

    /// <summary>A logger that keeps its lines.</summary>
    private sealed class Lines : List<string>, ILogger
    {
        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
