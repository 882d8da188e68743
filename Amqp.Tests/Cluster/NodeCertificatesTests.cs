using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Text;
using Amqp.Server.Cli.Clusters;
using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;
using Amqp.Tests.Storage;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cluster;

/// <summary>The nodes of a cluster know each other by certificates of the cluster's authority.</summary>
public sealed class NodeCertificatesTests
{
    [Test]
    public async Task Nodes_with_certificates_of_one_authority_trust_each_other()
    {
        using var folder = new TestFolder();
        new NodeCertificates(folder.Path, days: 10).Make(["a"]);
        new NodeCertificates(folder.Path, days: 10).Make(["b"]); // later, with the same authority

        Assert.That(await TalkAsync(Options(folder, "a"), Options(folder, "b")), Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_node_of_another_authority_is_refused()
    {
        using TestFolder folder = new(), other = new();
        new NodeCertificates(folder.Path, days: 10).Make(["a"]);
        new NodeCertificates(other.Path, days: 10).Make(["b"]);

        await Assert.ThrowsAsync<AuthenticationException>(() => TalkAsync(Options(folder, "a"), Options(other, "b")));
    }

    [Test]
    public void The_files_of_a_node_are_not_replaced()
    {
        using var folder = new TestFolder();
        new NodeCertificates(folder.Path, days: 10).Make(["a"]);

        Assert.That(() => new NodeCertificates(folder.Path, days: 10).Make(["b", "a"]), Throws.TypeOf<IOException>());
        Assert.That(File.Exists(Path.Combine(folder.Path, "b.pem")), Is.False, "nothing was made");
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_can_read_the_keys()
    {
        using var folder = new TestFolder();
        new NodeCertificates(folder.Path, days: 10).Make(["a"]);

        foreach (string file in Directory.GetFiles(folder.Path, "*.key"))
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
    }

    private static ClusterOptions Options(TestFolder folder, string node) => new()
    {
        AuthoritiesFile = Path.Combine(folder.Path, "ca.pem"),
        CertificateFile = Path.Combine(folder.Path, $"{node}.pem"),
        KeyFile = Path.Combine(folder.Path, $"{node}.key"),
    };

    /// <summary>Sends a text from one node to the other.</summary>
    private static async Task<string> TalkAsync(ClusterOptions listening, ClusterOptions connecting)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var (server, client) = StreamPair.Connect();
        await using (server)
        await using (client)
        {
            var accepting = new ClusterTls(listening).AcceptAsync(server, limit.Token);
            await using var sender = await new ClusterTls(connecting).ConnectAsync(client, "any-name", limit.Token);
            await sender.WriteAsync("hello"u8.ToArray(), limit.Token);
            await using var receiver = await accepting;
            byte[] text = new byte[5];
            await receiver.ReadExactlyAsync(text, limit.Token);
            return Encoding.ASCII.GetString(text);
        }
    }
}
