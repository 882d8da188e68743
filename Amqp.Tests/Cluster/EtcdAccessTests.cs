using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Cluster.Coordination;
using Amqp.Tests.Tls;
using NUnit.Framework.Constraints;

namespace Amqp.Tests.Cluster;

/// <summary>Logins and certificates of etcd.</summary>
[CancelAfter(60_000)]
public sealed class EtcdAccessTests
{
    [Test]
    public async Task A_login_is_used_and_repeated_when_etcd_has_forgotten_it(CancellationToken cancellation)
    {
        await using var etcd = await EtcdCluster.StartAsync();
        await EnableLoginsAsync(etcd);
        await using var coordinator = new EtcdCoordinator(etcd.Options() with { Username = "root", Password = "se\"cret" });
        await using var watch = new StateWatch(coordinator);
        await watch.NextAsync();
        var next = watch.UntilAsync(state => state.Members.Count > 0);

        await etcd.Members[0].KillAsync(); // it keeps its tokens in memory
        etcd.Members[0].Start();
        await etcd.WaitAsync();
        await coordinator.RegisterAsync(new ClusterMember("a", "", "", null, ""), cancellation);

        Assert.That((await next).Members.Keys, Is.EqualTo(new[] { "a" }));
        Assert.That(await coordinator.TryLeadAsync("a", cancellation), Is.Not.Null);
    }

    [Test]
    public async Task A_wrong_login_is_an_error(CancellationToken cancellation)
    {
        await using var etcd = await EtcdCluster.StartAsync();
        await EnableLoginsAsync(etcd);
        var options = etcd.Options();
        await using var none = new EtcdCoordinator(options);
        await using var wrong = new EtcdCoordinator(options with { Username = "root", Password = "x" });
        await using var guest = new EtcdCoordinator(options with { Username = "guest", Password = "guest" });
        await using var watch = guest.WatchAsync(cancellation).GetAsyncEnumerator(cancellation);

        Assert.That(async () => await none.ReadAsync(cancellation), Refuses("user name is empty"));
        Assert.That(async () => await wrong.ReadAsync(cancellation), Refuses("authentication failed"));
        Assert.That(async () => await guest.TryLeadAsync("a", cancellation), Refuses("permission denied"));
        Assert.That(async () => await watch.MoveNextAsync(), Refuses("permission denied"));
    }

    [Test]
    public async Task A_login_may_be_configured_before_etcd_asks_for_it(CancellationToken cancellation)
    {
        await using var etcd = await EtcdCluster.StartAsync();
        await using var coordinator = new EtcdCoordinator(etcd.Options() with { Username = "root", Password = "se\"cret" });
        var leadership = await coordinator.TryLeadAsync("a", cancellation);
        await EnableLoginsAsync(etcd);

        Assert.That(await coordinator.RenewAsync(leadership!, cancellation), Is.True);
    }

    [Test]
    public async Task Both_sides_show_certificates_that_the_other_trusts(CancellationToken cancellation)
    {
        using var authority = new TestAuthority();
        using var server = authority.IssueForServer();
        await using var etcd = await EtcdCluster.StartAsync(authority: authority);
        var options = etcd.Options() with { CertificateFile = Issue(authority, "client"), KeyFile = KeyOf(authority, "client") };
        await using var coordinator = new EtcdCoordinator(options);
        await using var watch = new StateWatch(coordinator);
        await watch.NextAsync();
        Assert.That(await coordinator.TryLeadAsync("a", cancellation), Is.Not.Null);
        Assert.That((await watch.NextAsync()).Leader!.Name, Is.EqualTo("a"));

        options = options with { AttemptLimit = TimeSpan.FromMilliseconds(300) };
        using var other = new TestAuthority("CN=Other");
        await using var unknown = new EtcdCoordinator(options with { CertificateFile = null, KeyFile = null });
        await using var foreign = new EtcdCoordinator(
            options with { CertificateFile = Issue(other, "client"), KeyFile = KeyOf(other, "client") });
        await using var suspicious = new EtcdCoordinator(options with { CaCertificateFile = other.CertificateFile });
        foreach (var refused in new[] { unknown, foreign, suspicious })
            Assert.That(async () => await refused.ReadAsync(cancellation), Throws.InstanceOf<CoordinatorUnavailableException>());
    }

    private static ContainsConstraint Refuses(string reason) =>
        Throws.InstanceOf<EtcdErrorException>().With.Message.Contains(reason);

    private static async Task EnableLoginsAsync(EtcdCluster etcd)
    {
        await etcd.CallAsync("auth/user/add", new { name = "root", password = "se\"cret" });
        await etcd.CallAsync("auth/user/add", new { name = "guest", password = "guest" });
        await etcd.CallAsync("auth/role/add", new { name = "root" });
        await etcd.CallAsync("auth/user/grant", new { user = "root", role = "root" });
        await etcd.CallAsync("auth/enable", new { });
    }

    /// <summary>Issues a certificate, and writes it and its key to files.</summary>
    private static string Issue(TestAuthority authority, string name)
    {
        using var certificate = authority.Issue($"CN={name}");
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(KeyOf(authority, name), key.ExportPkcs8PrivateKeyPem());
        string file = Path.Combine(authority.Folder, $"{name}.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }

    private static string KeyOf(TestAuthority authority, string name) => Path.Combine(authority.Folder, $"{name}.key");
}
